package dev.mangru.collector.tail;

import java.nio.file.Path;
import java.util.List;

/// Files to follow.
///
/// @param glob absolute; `*` and `?` stay inside a path segment, a segment `**` stands for any
///   number of segments
/// @param format how their lines are wrapped
/// @param job the value of the `job` label of their streams
public record LogSource(String glob, LogFormat format, String job) {

  /// What a node has, Docker in its usual place.
  public static final List<LogSource> DEFAULTS = defaults(Path.of("/var/lib/docker"));

  public LogSource {
    Glob.parse(glob);
    if (job.isEmpty()) {
      throw new IllegalArgumentException("the job of " + glob + " must not be empty");
    }
  }

  /// Checks a pattern of files.
  ///
  /// @throws IllegalArgumentException if it is not absolute, or names no file
  public static void checkGlob(String glob) {
    Glob.parse(glob);
  }

  /// What a node has: container logs first, because the first source that names a file decides its
  /// format.
  ///
  /// @param docker Docker's data root
  /// @throws IllegalArgumentException if it is not absolute
  public static List<LogSource> defaults(Path docker) {
    return List.of(
        new LogSource("/var/log/pods/*/*/*.log", LogFormat.CRI, "pods"),
        new LogSource(docker + "/containers/*/*-json.log", LogFormat.DOCKER, "docker"),
        new LogSource("/var/log/**/*.log", LogFormat.PLAIN, "varlog"),
        new LogSource("/var/log/syslog", LogFormat.PLAIN, "varlog"),
        new LogSource("/var/log/messages", LogFormat.PLAIN, "varlog"));
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
