package dev.mangru.collector.tail;

import java.util.List;

/// Files to follow.
///
/// @param glob absolute; `*` and `?` stay inside a path segment, a segment `**` stands for any
///   number of segments
/// @param format how their lines are wrapped
/// @param job the value of the `job` label of their streams
public record LogSource(String glob, LogFormat format, String job) {

  /// What a node has: container logs first, because the first source that names a file decides its
  /// format.
  public static final List<LogSource> DEFAULTS =
      List.of(
          new LogSource("/var/log/pods/*/*/*.log", LogFormat.CRI, "pods"),
          new LogSource("/var/lib/docker/containers/*/*-json.log", LogFormat.DOCKER, "docker"),
          new LogSource("/var/log/**/*.log", LogFormat.PLAIN, "varlog"),
          new LogSource("/var/log/syslog", LogFormat.PLAIN, "varlog"),
          new LogSource("/var/log/messages", LogFormat.PLAIN, "varlog"));

  public LogSource {
    Glob.parse(glob);
    if (job.isEmpty()) {
      throw new IllegalArgumentException("the job of " + glob + " must not be empty");
    }
  }

  /// A source whose format shows in its path: the pods folder is CRI, `…-json.log` is Docker's,
  /// everything else is plain.
  public static LogSource of(String glob) {
    if (glob.contains("/log/pods/") || glob.contains("/log/containers/")) {
      return new LogSource(glob, LogFormat.CRI, "pods");
    }
    return glob.endsWith("-json.log")
        ? new LogSource(glob, LogFormat.DOCKER, "docker")
        : new LogSource(glob, LogFormat.PLAIN, "varlog");
  }
}
