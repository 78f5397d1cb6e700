package dev.mangru.collector.node;

import java.nio.file.Path;

/// Where the host's trees are. In a container they are mounted somewhere below `/host`.
///
/// @param proc the host's `/proc`
/// @param sys the host's `/sys`
/// @param cgroup the host's `/sys/fs/cgroup`
/// @param rootfs the host's `/`, to which mount points are relative
/// @param docker Docker's data root, usually `/var/lib/docker`
/// @param run the host's `/run`, where containerd and CRI-O keep what they started
/// @param log the host's `/var/log`, where the kubelet links the logs of containers
public record HostRoots(
    Path proc, Path sys, Path cgroup, Path rootfs, Path docker, Path run, Path log) {

  /// The places of a process that runs on the host itself.
  public static HostRoots defaults() {
    return below(Path.of("/"));
  }

  /// The usual places below another root, such as `/host`.
  public static HostRoots below(Path root) {
    return new HostRoots(
        root.resolve("proc"),
        root.resolve("sys"),
        root.resolve("sys/fs/cgroup"),
        root,
        root.resolve("var/lib/docker"),
        root.resolve("run"),
        root.resolve("var/log"));
  }

  /// The same with Docker's data root elsewhere.
  ///
  /// @throws IllegalArgumentException if it is not absolute
  public HostRoots withDocker(Path dataRoot) {
    if (!dataRoot.isAbsolute()) {
      throw new IllegalArgumentException("docker must be an absolute path: " + dataRoot);
    }
    return new HostRoots(proc, sys, cgroup, rootfs, dataRoot, run, log);
  }
}
