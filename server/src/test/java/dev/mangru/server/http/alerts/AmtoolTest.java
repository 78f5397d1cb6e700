package dev.mangru.server.http.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.alerts.mute.SilenceOptions;
import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.notify.Notifier;
import dev.mangru.alerts.notify.NotifyOptions;
import dev.mangru.alerts.notify.Outcome;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.model.disk.Disk;
import dev.mangru.server.http.BuildInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/// The real `amtool` against our API.
@EnabledIfEnvironmentVariable(
    named = "MANGRU_PEERS",
    matches = ".+",
    disabledReason = "set MANGRU_PEERS to a folder with usr/bin/amtool")
class AmtoolTest {

  @EnableWebMvc
  static class Mvc {}

  @TempDir Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private Notifier notifier;
  private String url = "";

  @BeforeEach
  void start() throws Exception {
    Silences silences =
        Silences.open(
            Disk.REAL, folder.resolve("s"), SilenceOptions.DEFAULT, new SplittableRandom(1));
    open.add(silences);
    notifier =
        Notifier.open(
            NotifyOptions.of("http://mangru"),
            Disk.REAL,
            folder.resolve("n"),
            AlertmanagerConfig.forWebhook("pager", "http://pager.example/secret"),
            silences,
            _ -> new Outcome.Delivered("HTTP 200"),
            Runnable::run,
            new SplittableRandom(1),
            Instant.now());
    open.add(notifier);
    AlertmanagerApi api =
        new AlertmanagerApi(notifier, silences, notifier, Instant::now, BuildInfo.current());
    AnnotationConfigWebApplicationContext spring = new AnnotationConfigWebApplicationContext();
    spring.register(Mvc.class);
    spring.addBeanFactoryPostProcessor(beans -> beans.registerSingleton("api", api));
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(folder.resolve("tomcat").toString());
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(0);
    Context context = tomcat.addContext("", folder.toString());
    Tomcat.addServlet(context, "mvc", new DispatcherServlet(spring)).setLoadOnStartup(1);
    context.addServletMappingDecoded("/", "mvc");
    tomcat.start();
    open.add(() -> {
      tomcat.stop();
      tomcat.destroy();
    });
    url = "http://127.0.0.1:" + tomcat.getConnector().getLocalPort();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private String amtool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getenv("MANGRU_PEERS") + "/usr/bin/amtool");
    command.add("--alertmanager.url=" + url);
    command.add("--no-version-check");
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("HOME", folder.toString()));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  @Test
  void amtool_adds_queries_and_expires_silences_and_queries_alerts() throws Exception {
    amtool("alert", "add", "alertname=Slow", "team=shop", "--annotation=summary=so slow");
    notifier.tick(Instant.now());
    assertThat(amtool("alert", "query")).contains("Slow", "so slow", "active");
    String id =
        amtool("silence", "add", "--author=me", "--comment=deploy", "team=~sh.*", "alertname=Slow")
            .strip();
    assertThat(id).hasSize(36);
    notifier.tick(Instant.now());
    assertThat(amtool("silence", "query")).contains(id, "deploy", "team=~\"sh.*\"");
    assertThat(amtool("alert", "query")).doesNotContain("Slow");
    assertThat(amtool("alert", "query", "--silenced")).contains("Slow", "suppressed");
    assertThat(amtool("silence", "expire", id)).isEmpty();
    assertThat(amtool("silence", "query")).doesNotContain(id);
    assertThat(amtool("silence", "query", "--expired")).contains(id);
    notifier.tick(Instant.now());
    assertThat(amtool("alert", "query", "team=shop")).contains("Slow");
    assertThat(amtool("silence", "expire", id)).contains("already expired");
  }

  @Test
  void amtool_shows_the_configuration_without_secrets_and_its_routes() throws Exception {
    assertThat(amtool("config", "show"))
        .contains("receiver: \"pager\"", "<secret>")
        .doesNotContain("pager.example");
    assertThat(amtool("config", "routes", "show")).contains("default-route", "receiver: pager");
    assertThat(amtool("config", "routes", "test", "alertname=Slow")).contains("pager");
    assertThat(amtool("cluster", "show")).contains("disabled");
  }
}
