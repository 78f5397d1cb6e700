package dev.mangru.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The cluster that Mangru watches and scales: a real one, or the playground inside Mangru.
///
/// @param name the `cluster` label of its series; empty for none, the playground is `playground`
/// @param kubeconfig how to reach a real cluster; empty for `$KUBECONFIG`, `~/.kube/config` or the
///   service account of the pod that Mangru runs in, whichever is there
/// @param context of the kubeconfig; empty for its current one
/// @param scrapeInterval between two passes over the pages of metrics that it names
/// @param playground the simulated cluster
public record ClusterProperties(
    @DefaultValue("") String name,
    @DefaultValue("") String kubeconfig,
    @DefaultValue("") String context,
    @DefaultValue("15s") Duration scrapeInterval,
    @DefaultValue Playground playground) {

  public ClusterProperties {
    if (scrapeInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "mangru.cluster.scrape-interval must be at least 1s: " + scrapeInterval);
    }
  }

  /// The simulated cluster.
  ///
  /// @param enabled `auto` where no real cluster is found, `true` or `false`
  /// @param scenario a file; empty for the flash sale that comes with Mangru
  /// @param seed the same seed gives the same scenario
  /// @param port of its API server; 0 takes a free one
  public record Playground(
      @DefaultValue("auto") String enabled,
      @DefaultValue("") String scenario,
      @DefaultValue("1") long seed,
      @DefaultValue("0") int port) {

    public Playground {
      enabled = enabled.toLowerCase(Locale.ROOT);
      if (!enabled.equals("auto") && !enabled.equals("true") && !enabled.equals("false")) {
        throw new IllegalArgumentException(
            "mangru.cluster.playground.enabled must be auto, true or false: " + enabled);
      }
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException(
            "mangru.cluster.playground.port must be from 0 to 65535: " + port);
      }
    }

    /// Its directory below the data directory.
    public static Path directory(Path data) {
      return data.resolve("playground");
    }
  }
}
