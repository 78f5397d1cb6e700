package dev.mangru.server.http.prometheus;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// What the server's wiring knows of the server, for whoever asks over HTTP. Thread-safe. Nothing
/// in it is a secret.
public interface ServerFacts {

  /// The configuration in force, as a configuration file.
  String configuration();

  /// Every option by its name, and those of Prometheus' flags that have a counterpart here.
  Map<String, String> flags();

  /// When the process started.
  Instant started();

  /// The machine's name.
  String hostname();

  /// How long samples are kept, in words: `15d`, or `15d or 1GB`.
  String retention();

  /// Files of the store of metrics that were found damaged since the start.
  long damagedFiles();

  /// The segments of the write-ahead log of metrics.
  Segments segments();

  /// What this server can do, by part, and whether it is on.
  SortedMap<String, SortedMap<String, Boolean>> features();

  /// Where alerts are handed to.
  List<String> alertmanagers();

  /// Numbers of segments that are there; both 0 if there is none.
  record Segments(long first, long last) {}
}
