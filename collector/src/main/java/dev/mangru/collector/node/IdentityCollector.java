package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// What this node is: kernel, distribution, Mangru's version, and its clock's time.
final class IdentityCollector implements HostCollector {

  private static final Family UNAME =
      Family.gauge("node_uname_info", "What uname(2) says, value is always 1.");
  private static final Family OS =
      Family.gauge("node_os_info", "What os-release says, value is always 1.");
  private static final Family BUILD =
      Family.gauge("node_exporter_build_info", "Mangru's version, value is always 1.");
  private static final Family TIME = Family.gauge("node_time_seconds", "System time, Unix time.");

  private final HostRoots roots;
  private final String version;
  private final FileBytes bytes;
  private final Map<String, String> os;

  IdentityCollector(HostRoots roots, String version, FileBytes bytes) throws IOException {
    this.roots = roots;
    this.version = version;
    this.bytes = bytes;
    this.os = osRelease(roots.rootfs(), bytes);
  }

  @Override
  public String name() {
    return "uname";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    host.write(TIME, nowMs / 1000.0);
    String release = kernel("osrelease");
    if (!release.isEmpty()) {
      host.info(
          UNAME,
          "sysname",
          kernel("ostype"),
          "nodename",
          kernel("hostname"),
          "release",
          release,
          "version",
          kernel("version"),
          "machine",
          machine(),
          "domainname",
          kernel("domainname"));
    }
    if (!os.isEmpty()) {
      host.info(
          OS,
          "id",
          os.getOrDefault("ID", ""),
          "id_like",
          os.getOrDefault("ID_LIKE", ""),
          "name",
          os.getOrDefault("NAME", ""),
          "pretty_name",
          os.getOrDefault("PRETTY_NAME", ""),
          "version",
          os.getOrDefault("VERSION", ""),
          "version_codename",
          os.getOrDefault("VERSION_CODENAME", ""),
          "version_id",
          os.getOrDefault("VERSION_ID", ""));
    }
    host.info(BUILD, "version", version);
  }

  /// The distribution's own words, `PRETTY_NAME` and others; empty where there is no file.
  static Map<String, String> osRelease(Path rootfs, FileBytes bytes) throws IOException {
    Map<String, String> words = new HashMap<>();
    if (bytes.load(rootfs.resolve("etc/os-release"))
        || bytes.load(rootfs.resolve("usr/lib/os-release"))) {
      while (bytes.hasMore()) {
        String line = bytes.line();
        int equals = line.indexOf('=');
        if (equals > 0) {
          String value = line.substring(equals + 1);
          boolean quoted = value.length() >= 2 && (value.startsWith("\"") || value.startsWith("'"));
          words.put(
              line.substring(0, equals), quoted ? value.substring(1, value.length() - 1) : value);
        }
      }
    }
    return words;
  }

  /// The machine's name as uname(2) has it; Java calls x86-64 otherwise.
  private static String machine() {
    String arch = System.getProperty("os.arch", "");
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  private String kernel(String file) throws IOException {
    String text = bytes.load(roots.proc().resolve("sys/kernel").resolve(file)) ? bytes.line() : "";
    return text;
  }
}
