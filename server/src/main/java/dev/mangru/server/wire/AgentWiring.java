package dev.mangru.server.wire;

import dev.mangru.collector.agent.Agent;
import dev.mangru.collector.agent.AgentOptions;
import dev.mangru.collector.probe.ProbeTarget;
import dev.mangru.collector.scrape.ScrapeTarget;
import dev.mangru.collector.tail.LogFormat;
import dev.mangru.collector.tail.LogSource;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.ClusterProperties;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.config.ObjectiveProperties;
import dev.mangru.server.wire.kube.ClusterWiring.ClusterWork;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/// The node agent in this process. It sends over HTTP like any other sender, so it starts after the
/// server listens, and ends, its queue sent, before the server stops listening.
@Configuration(proxyBeanMethods = false)
class AgentWiring {

  @Bean
  LocalAgent localAgent(
      MangruProperties properties,
      DataDirectory directory,
      InstantSource clock,
      Ticker ticker,
      ClusterWork cluster) {
    return new LocalAgent(properties, directory, clock, ticker, cluster.playground());
  }

  static final class LocalAgent {

    private final MangruProperties properties;
    private final DataDirectory directory;
    private final InstantSource clock;
    private final Ticker ticker;
    private final boolean playground;
    private volatile @Nullable Agent agent;

    LocalAgent(
        MangruProperties properties,
        DataDirectory directory,
        InstantSource clock,
        Ticker ticker,
        boolean playground) {
      this.properties = properties;
      this.directory = directory;
      this.clock = clock;
      this.ticker = ticker;
      this.playground = playground;
    }

    @EventListener
    void ready(ApplicationReadyEvent event) throws IOException {
      if (!properties.agent().enabled()
          || !(event.getApplicationContext() instanceof WebServerApplicationContext web)
          || web.getWebServer() == null) {
        return;
      }
      Agent started = new Agent(options(web.getWebServer().getPort()), clock, ticker);
      agent = started;
      started.start();
    }

    /// The pages of metrics that it reads; none before it has started.
    List<TargetStatus> targets() {
      Agent running = agent;
      return running == null ? List.of() : running.targets();
    }

    @EventListener
    void closed(ContextClosedEvent event) {
      Agent running = agent;
      if (running != null) {
        running.close();
      }
    }

    private AgentOptions options(int port) {
      String address = properties.http().address();
      String host = address.contains(":") ? "[" + address + "]" : address;
      boolean everywhere = address.equals("0.0.0.0") || address.equals("::");
      URI server = URI.create("http://" + (everywhere ? "127.0.0.1" : host) + ":" + port);
      MangruProperties.Agent wanted = properties.agent();
      AgentOptions options =
          AgentOptions.defaults(
                  server,
                  directory.path().resolve("agent"),
                  AgentOptions.defaultNode(System.getenv()))
              .withInterval(wanted.interval())
              .withDocker(wanted.docker());
      return options
          .withLogs(logs(wanted.logs(), options.logs()), options.excludeLogs())
          .withTargets(scrapes(wanted.scrape()), probes(properties.objectives()));
    }

    private static List<ScrapeTarget> scrapes(List<MangruProperties.Scrape> wanted) {
      return wanted.stream()
          .map(scrape ->
              new ScrapeTarget(
                  scrape.job(), scrape.url(), Labels.empty(), scrape.interval(), scrape.timeout()))
          .toList();
    }

    private static List<ProbeTarget> probes(List<ObjectiveProperties> objectives) {
      List<ProbeTarget> targets = new ArrayList<>();
      for (ObjectiveProperties objective : objectives) {
        ObjectiveProperties.Probe probe = objective.probe();
        if (probe != null) {
          targets.add(
              ProbeTarget.of(objective.name(), probe.url(), probe.interval(), probe.timeout()));
        }
      }
      return targets;
    }

    /// The user's globs or the agent's own list, Mangru's log, and what the playground's containers
    /// write, which a kubelet would keep below /var/log/pods.
    private List<LogSource> logs(List<String> globs, List<LogSource> defaults) {
      List<LogSource> sources = new ArrayList<>();
      sources.add(
          new LogSource(
              directory.path().resolve("log").resolve("mangru.log").toString(),
              LogFormat.PLAIN,
              "mangru"));
      if (playground) {
        sources.add(
            new LogSource(
                ClusterProperties.Playground.directory(directory.path().toAbsolutePath())
                    .resolve("logs/pods/*/*/*.log")
                    .toString(),
                LogFormat.CRI,
                "playground"));
      }
      if (globs.isEmpty()) {
        sources.addAll(defaults);
      } else {
        globs.stream().map(LogSource::of).forEach(sources::add);
      }
      return sources;
    }
  }
}
