package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.AxeResults;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Every page in Debian's Chromium, over this machine's own data and the playground's flash sale:
/// no console error, no request to another host, no accessibility violation, and what people do on
/// them; writes the README's pictures when `mangru.screenshots` names a folder.
class BrowserTest {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final List<String> PAGES =
      List.of("", "explore", "logs", "slos", "workloads", "nodes", "alerts", "autoscaling");

  @TempDir static Path folder;
  private static MangruProcess mangru;
  private static Playwright playwright;
  private static Browser browser;
  private static Path tailed;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(Files.isExecutable(CHROMIUM), "needs Debian's chromium at " + CHROMIUM);
    tailed = Files.createFile(folder.resolve("shop.log"));
    Path config = folder.resolve("mangru.yaml");
    Files.writeString(
        config,
        """
        mangru:
          agent:
            interval: 1s
            logs:
              - %s
              - /var/log/**/*.log
              - /var/lib/docker/containers/*/*-json.log
        """
            .formatted(folder.resolve("*.log")));
    mangru = MangruProcess.start(folder.resolve("data"), "--config", config.toString());
    for (int i = 0; i < 300; i++) {
      String level = i % 37 == 0 ? "error" : i % 11 == 0 ? "warn" : "info";
      Files.writeString(
          tailed,
          "level=%s msg=\"order %d placed\" took=%dms <script>alert(1)</script>\n"
              .formatted(level, i, i * 7 % 90),
          StandardOpenOption.APPEND);
    }
    MangruProcess.await(
        Duration.ofSeconds(60),
        "a rate",
        () -> !mangru.query("rate(node_cpu_seconds_total[1m])").isEmpty());
    MangruProcess.await(
        Duration.ofMinutes(4),
        "a workload of the playground that was scaled",
        () -> !changes("workload").isEmpty());
    Thread.sleep(Duration.ofSeconds(Integer.getInteger("mangru.screenshots.after", 15)));
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
  }

  private static JsonNode changes(String kind) {
    return mangru
        .json("/api/v1/decisions?changes=true&limit=50&kind=" + kind)
        .at("/data/decisions");
  }

  @AfterAll
  static void stop() throws Exception {
    if (playwright != null) {
      playwright.close();
    }
    if (mangru != null) {
      mangru.close();
    }
  }

  static Stream<Arguments> pagesInBothSchemesAndSizes() {
    return PAGES.stream()
        .flatMap(page ->
            Stream.of("dark", "light")
                .flatMap(scheme ->
                    Stream.of(1440, 390).map(width -> Arguments.of(page, scheme, width))));
  }

  @ParameterizedTest
  @MethodSource("pagesInBothSchemesAndSizes")
  void a_page_has_no_error_no_foreign_request_and_no_accessibility_violation(
      String page, String scheme, int width) throws Exception {
    try (Visit visit = new Visit(scheme, width)) {
      visit.open(pathWithQuery(page));
      AxeResults results =
          new AxeBuilder(visit.page)
              .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"))
              .analyze();
      assertThat(results.getViolations().stream().map(BrowserTest::describe)).isEmpty();
      int overflow =
          ((Number)
                  visit.page.evaluate(
                      "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
              .intValue();
      assertThat(overflow).as("pixels wider than the window").isLessThanOrEqualTo(0);
      visit.assertClean();
      visit.picture(page, scheme, width);
    }
  }

  private static String pathWithQuery(String page) {
    return switch (page) {
      case "explore" ->
          "/explore?from=now-5m&to=now&q="
              + MangruProcess.encode("sum by (mode) (rate(node_cpu_seconds_total[30s]))");
      case "logs" -> "/logs?from=now-15m&to=now&q=" + MangruProcess.encode("order");
      default -> "/" + page + "?from=now-5m&to=now";
    };
  }

  private static String describe(Rule rule) {
    return rule.getId()
        + ": "
        + rule.getHelp()
        + " at "
        + rule.getNodes().stream().limit(3).map(node -> node.getHtml()).toList();
  }

  @Test
  void a_log_line_is_found_by_its_text_and_shown_as_text() throws Exception {
    try (Visit visit = new Visit("dark", 1440)) {
      visit.open("/logs?from=now-15m&to=now&q=" + MangruProcess.encode("\"order 299 placed\""));
      Locator line = visit.page.getByText("order 299 placed\" took=23ms <script>alert(1)</script>");
      line.first()
          .waitFor(
              new Locator.WaitForOptions()
                  .setState(WaitForSelectorState.VISIBLE)
                  .setTimeout(10_000));
      assertThat(line.count()).isEqualTo(1);
      visit.assertClean();
    }
  }

  @Test
  void every_page_that_shows_the_cluster_says_that_it_is_the_playground() throws Exception {
    for (String path : List.of("/", "/workloads", "/nodes", "/autoscaling", "/alerts")) {
      try (Visit visit = new Visit("dark", 1440)) {
        visit.open(path);
        visit.visible(visit.page.locator(".playground-badge"));
        visit.assertClean();
      }
    }
  }

  @Test
  void workloads_are_filtered_and_one_is_opened_and_the_address_keeps_both() throws Exception {
    try (Visit visit = new Visit("dark", 1440)) {
      visit.open("/workloads?from=now-15m&to=now");
      Locator rows = visit.page.locator(".workload-table tbody tr");
      visit.visible(rows.first());
      int all = rows.count();
      visit.page.getByLabel("Filter workloads").fill("shop checkout");
      visit.page.waitForCondition(() -> rows.count() == 1);
      assertThat(all).isGreaterThan(1);
      rows.first().getByRole(AriaRole.BUTTON).click();
      visit.visible(visit.heading("shop / checkout"));
      assertThat(visit.page.url()).contains("q=shop+checkout").contains("w=shop");
      visit.page.reload();
      visit.visible(visit.heading("shop / checkout"));
      assertThat(rows.count()).isEqualTo(1);
      visit.assertClean();
    }
  }

  @Test
  void a_decision_is_opened_from_the_list_and_says_why_not_more() throws Exception {
    JsonNode newest = changes("workload").get(0);
    try (Visit visit = new Visit("dark", 1440)) {
      visit.open(
          "/autoscaling?from=now-30m&to=now&a=workload/%s/%s"
              .formatted(
                  newest.at("/decision/namespace").asString(),
                  newest.at("/decision/name").asString()));
      visit.page.locator(".timeline button").first().click();
      visit.visible(visit.heading("Why not more, why not fewer?"));
      visit.visible(visit.heading("What was measured"));
      visit.visible(visit.heading("What held it"));
      visit.visible(visit.heading("What was done"));
      assertThat(visit.page.url()).contains("decision=");
      assertThat(visit.page.locator("mangru-decision").innerText()).contains("cpu utilization");
      visit.assertClean();
    }
  }

  @Test
  void a_silence_is_made_and_expired() throws Exception {
    try (Visit visit = new Visit("dark", 1440)) {
      visit.open("/alerts?tab=silences");
      visit.button("New silence").click();
      visit.page.getByLabel("Value").fill("MadeInTheBrowser");
      visit.page.getByLabel("Who").fill("someone");
      visit.button("Silence").click();
      visit.visible(visit.page.getByText("Say why, for those who come after you"));
      visit.page.getByLabel("Why").fill("known, repaired tomorrow");
      visit.button("4h").click();
      visit.button("Silence").click();
      Locator expire = visit.button("Expire the silence of alertname=\"MadeInTheBrowser\"");
      visit.visible(expire);
      JsonNode kept = mangru.json("/api/v2/silences").get(0);
      assertThat(kept.at("/createdBy").asString()).isEqualTo("someone");
      assertThat(
              Duration.between(
                  Instant.parse(kept.at("/startsAt").asString()),
                  Instant.parse(kept.at("/endsAt").asString())))
          .isBetween(Duration.ofMinutes(239), Duration.ofHours(4));
      expire.click();
      visit.page.waitForCondition(() -> expire.count() == 0);
      assertThat(mangru.json("/api/v2/silences").get(0).at("/status/state").asString())
          .isEqualTo("expired");
      visit.assertClean();
    }
  }

  @Test
  void the_lane_tells_what_changed_and_leads_to_the_decision() throws Exception {
    try (Visit visit = new Visit("dark", 1440)) {
      visit.open("/?from=now-30m&to=now");
      visit.visible(visit.page.locator(".lane-mark").first());
      visit.button("Show changes as list").click();
      visit.page.locator(".lane-list a").filter(hasText(" → ")).first().click();
      visit.visible(visit.page.locator("mangru-decision"));
      assertThat(visit.page.url()).contains("/autoscaling?").contains("decision=");
      visit.assertClean();
    }
  }

  @Test
  void a_node_is_opened_from_the_heat_map() throws Exception {
    try (Visit visit = new Visit("dark", 1440)) {
      visit.open("/nodes?from=now-15m&to=now");
      Locator cell = visit.page.locator(".heat-cell").first();
      visit.visible(cell);
      String name = cell.getAttribute("aria-label").split(":", 2)[0];
      cell.click();
      visit.visible(visit.heading(name));
      visit.visible(visit.page.getByText("Will it be removed?"));
      assertThat(visit.page.url()).contains("n=" + name);
      visit.assertClean();
    }
  }

  @Test
  void rules_are_listed_with_their_health() throws Exception {
    try (Visit visit = new Visit("light", 1440)) {
      visit.open("/alerts?tab=rules");
      Locator rules = visit.page.locator(".rule-table tbody tr");
      visit.visible(rules.first());
      assertThat(rules.count()).isGreaterThan(5);
      visit.assertClean();
    }
  }

  private static Locator.FilterOptions hasText(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  @Test
  void a_page_is_rebuilt_from_its_address_after_a_restart() throws Exception {
    try (Visit visit = new Visit("dark", 1440)) {
      String address = pathWithQuery("explore");
      visit.open(address);
      String before = visit.page.url();
      visit.page.reload();
      visit.settle();
      assertThat(visit.page.url()).isEqualTo(before);
      visit.assertClean();
    }
  }

  /// One page in a browser context of its own, which remembers everything that went wrong.
  private static final class Visit implements AutoCloseable {

    private final List<String> wrong = new ArrayList<>();
    private final BrowserContext context;
    private final Page page;

    Visit(String scheme, int width) {
      context =
          browser.newContext(
              new Browser.NewContextOptions()
                  .setViewportSize(width, 900)
                  .setColorScheme(scheme.equals("dark") ? ColorScheme.DARK : ColorScheme.LIGHT));
      context.addInitScript("localStorage.setItem('mangru.scheme', '" + scheme + "')");
      page = context.newPage();
      page.onConsoleMessage(message -> {
        if (message.type().equals("error") || message.type().equals("warning")) {
          wrong.add("console " + message.type() + ": " + message.text() + " " + message.location());
        }
      });
      page.onPageError(error -> wrong.add("page error: " + error));
      page.onRequest(request -> {
        String host = URI.create(request.url()).getHost();
        if (host != null && !host.equals("127.0.0.1")) {
          wrong.add("request to another host: " + request.url());
        }
      });
      page.onResponse(response -> {
        if (response.status() >= 400) {
          wrong.add(response.status() + " " + response.url());
        }
      });
    }

    void open(String path) {
      page.navigate(mangru.url(path));
      settle();
    }

    void settle() {
      page.locator("main").first().waitFor();
      page.waitForTimeout(2_500); // charts draw after their data has come
    }

    void visible(Locator locator) {
      locator.waitFor(
          new Locator.WaitForOptions().setState(WaitForSelectorState.VISIBLE).setTimeout(10_000));
    }

    Locator button(String name) {
      return page.getByRole(
          AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator heading(String name) {
      return page.getByRole(
          AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    void assertClean() {
      assertThat(wrong).isEmpty();
    }

    void picture(String name, String scheme, int width) throws Exception {
      String target = System.getProperty("mangru.screenshots", "");
      if (!target.isEmpty()) {
        Path directory = Files.createDirectories(Path.of(target));
        String file = (name.isEmpty() ? "overview" : name) + "-" + scheme + "-" + width + ".png";
        page.screenshot(new Page.ScreenshotOptions().setPath(directory.resolve(file)));
      }
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
