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
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
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

/// Every page in Debian's Chromium, over this machine's own data: no console error, no request to
/// another host, no accessibility violation; writes the README's pictures when `mangru.screenshots`
/// names a folder.
class BrowserTest {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final List<String> PAGES = List.of("", "explore", "logs", "slos");

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
