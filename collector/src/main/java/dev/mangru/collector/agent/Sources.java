package dev.mangru.collector.agent;

import dev.mangru.collector.node.ContainerScanner;
import dev.mangru.collector.node.HostRoots;
import dev.mangru.collector.node.NodeIdentity;
import dev.mangru.collector.node.NodeScanner;
import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.probe.HttpProbe;
import dev.mangru.collector.probe.ProbeTarget;
import dev.mangru.collector.scrape.ScrapeLimits;
import dev.mangru.collector.scrape.ScrapeTarget;
import dev.mangru.collector.scrape.Scraper;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the sources of samples that options ask for. Stateless.
final class Sources {

  private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

  /// A source with a rhythm of its own.
  record Timed(Gatherer gatherer, Duration interval) {}

  private Sources() {}

  /// The scanners of this machine, asked together in one pass; a mutable list. A scanner that this
  /// machine has no files for is left out, and told.
  static List<Gatherer> machine(AgentOptions options, Ticker ticker) {
    List<Gatherer> sources = new ArrayList<>();
    if (options.metrics()) {
      NodeIdentity identity = identity(options.node(), System.getenv());
      HostRoots roots = options.roots();
      try {
        sources.add(new NodeScanner(roots, identity, ticker));
      } catch (IOException e) {
        LOG.atWarn().addKeyValue("proc", roots.proc()).setCause(e).log("no metrics of this host");
      }
      try {
        sources.add(new ContainerScanner(roots, identity, ticker));
      } catch (IOException e) {
        LOG.atWarn()
            .addKeyValue("cgroup", roots.cgroup())
            .setCause(e)
            .log("no metrics of containers");
      }
    }
    return sources;
  }

  /// The names that a DaemonSet hands to its pod tell where it runs.
  private static NodeIdentity identity(String node, Map<String, String> environment) {
    String address = environment.getOrDefault("NODE_IP", "");
    return new NodeIdentity(
        node,
        address.isEmpty() ? node : address + ":10250",
        environment.getOrDefault("POD_NAMESPACE", ""),
        environment.getOrDefault("POD_NAME", ""),
        AgentTelemetry.version());
  }

  /// Scrapes and probes, each asked at its own interval.
  static List<Timed> remote(AgentOptions options, HttpClient client, Ticker ticker) {
    List<Timed> sources = new ArrayList<>();
    for (ScrapeTarget target : options.scrapes()) {
      sources.add(
          new Timed(new Scraper(target, ScrapeLimits.DEFAULT, client, ticker), target.interval()));
    }
    for (ProbeTarget target : options.probes()) {
      sources.add(new Timed(new HttpProbe(target, client, ticker), target.interval()));
    }
    return sources;
  }
}
