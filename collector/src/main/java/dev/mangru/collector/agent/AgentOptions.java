package dev.mangru.collector.agent;

import dev.mangru.collector.node.HostRoots;
import dev.mangru.collector.probe.ProbeTarget;
import dev.mangru.collector.scrape.ScrapeTarget;
import dev.mangru.collector.tail.LogSource;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/// What an [Agent] gathers and where it sends it.
///
/// @param server the server's base address, such as `https://mangru.example:8080`; samples go to
///   `/api/v1/write` and lines to `/v1/logs` below it
/// @param headers sent with every request, such as `Authorization`
/// @param node this machine's name: the `instance` and `node` of its series, the `host` of its
///   lines
/// @param directory where log positions are kept; one agent per folder
/// @param interval between two passes over this machine's metrics, 1 s to 1 h
/// @param metrics whether this machine's metrics are gathered at all
/// @param roots where this machine's trees are
/// @param scrapes pages of metrics to read
/// @param probes URLs to ask
/// @param logs files to follow; none means no logs
/// @param excludeLogs globs of files to leave alone
/// @param poll how often log files are looked at, 10 ms to 1 minute
/// @param zone of times in plain log lines that do not say theirs
/// @param timeout for one request to the server
/// @param queueBytes encoded samples that may wait for the server
/// @param queueAge how long samples may wait
/// @param grace how long [Agent#close] goes on sending what was gathered
public record AgentOptions(
    URI server,
    Map<String, String> headers,
    String node,
    Path directory,
    Duration interval,
    boolean metrics,
    HostRoots roots,
    List<ScrapeTarget> scrapes,
    List<ProbeTarget> probes,
    List<LogSource> logs,
    List<String> excludeLogs,
    Duration poll,
    ZoneId zone,
    Duration timeout,
    long queueBytes,
    Duration queueAge,
    Duration grace) {

  public AgentOptions {
    String scheme = server.getScheme();
    if (scheme == null
        || (!scheme.equals("http") && !scheme.equals("https"))
        || server.getHost() == null) {
      throw new IllegalArgumentException(
          "the server must be an http or https address with a host: " + server);
    }
    if (node.isEmpty()) {
      throw new IllegalArgumentException("the node name must not be empty");
    }
    within("interval", interval, Duration.ofSeconds(1), Duration.ofHours(1));
    within("poll", poll, Duration.ofMillis(10), Duration.ofMinutes(1));
    within("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(10));
    within("queueAge", queueAge, Duration.ofSeconds(1), Duration.ofDays(7));
    within("grace", grace, Duration.ZERO, Duration.ofMinutes(10));
    if (queueBytes < 1) {
      throw new IllegalArgumentException("queueBytes must be positive: " + queueBytes);
    }
    headers = Map.copyOf(headers);
    headers.forEach((name, value) -> checkHeader(server, name, value));
    scrapes = List.copyOf(scrapes);
    probes = List.copyOf(probes);
    logs = List.copyOf(logs);
    excludeLogs = List.copyOf(excludeLogs);
    excludeLogs.forEach(LogSource::checkGlob);
  }

  /// A header that the client refuses would make every request fail. Its value may be a secret.
  private static void checkHeader(URI server, String name, String value) {
    try {
      HttpRequest.newBuilder(server).setHeader(name, value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the header " + name + " cannot be sent: it is HTTP's own, or not made of its characters",
          e);
    }
  }

  /// Everything this machine has, every 10 s; log files every 250 ms; requests of at most 30 s; 16
  /// MiB or 2 h of samples in the queue, which leaves room in the 64 MiB heap that an agent alone
  /// is given; 5 s to flush at the end. Chosen.
  ///
  /// @param node see [#defaultNode]
  public static AgentOptions defaults(URI server, Path directory, String node) {
    return new AgentOptions(
        server,
        Map.of(),
        node,
        directory,
        Duration.ofSeconds(10),
        true,
        HostRoots.defaults(),
        List.of(),
        List.of(),
        LogSource.DEFAULTS,
        List.of(),
        Duration.ofMillis(250),
        ZoneId.systemDefault(),
        Duration.ofSeconds(30),
        16L << 20,
        Duration.ofHours(2),
        Duration.ofSeconds(5));
  }

  /// The node's name where nobody says: the variable `NODE_NAME` that a DaemonSet sets, else the
  /// host name.
  public static String defaultNode(Map<String, String> environment) {
    String named = environment.getOrDefault("NODE_NAME", "");
    if (!named.isEmpty()) {
      return named;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return environment.getOrDefault("HOSTNAME", "localhost");
    }
  }

  /// The same with another interval.
  public AgentOptions withInterval(Duration newInterval) {
    return copy(newInterval, metrics, roots, scrapes, probes, logs, excludeLogs);
  }

  /// The same with other log files.
  public AgentOptions withLogs(List<LogSource> newLogs, List<String> newExclude) {
    return copy(interval, metrics, roots, scrapes, probes, newLogs, newExclude);
  }

  /// The same with or without this machine's metrics.
  public AgentOptions withMetrics(boolean gathered) {
    return copy(interval, gathered, roots, scrapes, probes, logs, excludeLogs);
  }

  /// The same with other pages to read and URLs to ask.
  public AgentOptions withTargets(List<ScrapeTarget> newScrapes, List<ProbeTarget> newProbes) {
    return copy(interval, metrics, roots, newScrapes, newProbes, logs, excludeLogs);
  }

  /// The same with Docker's files elsewhere than in `/var/lib/docker`: names of containers come
  /// from there, and their logs too unless the log files are the user's own list.
  ///
  /// @param dataRoot what `docker info` calls `Docker Root Dir`
  public AgentOptions withDocker(Path dataRoot) {
    HostRoots newRoots = roots.withDocker(dataRoot);
    boolean usual =
        logs.equals(LogSource.DEFAULTS) || logs.equals(LogSource.defaults(roots.docker()));
    List<LogSource> newLogs = usual ? LogSource.defaults(dataRoot) : logs;
    return copy(interval, metrics, newRoots, scrapes, probes, newLogs, excludeLogs);
  }

  private AgentOptions copy(
      Duration newInterval,
      boolean newMetrics,
      HostRoots newRoots,
      List<ScrapeTarget> newScrapes,
      List<ProbeTarget> newProbes,
      List<LogSource> newLogs,
      List<String> newExclude) {
    return new AgentOptions(
        server,
        headers,
        node,
        directory,
        newInterval,
        newMetrics,
        newRoots,
        newScrapes,
        newProbes,
        newLogs,
        newExclude,
        poll,
        zone,
        timeout,
        queueBytes,
        queueAge,
        grace);
  }

  private static void within(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          name + " must be between " + least + " and " + most + ": " + value);
    }
  }
}
