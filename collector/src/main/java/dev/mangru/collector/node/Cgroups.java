package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where each controller's files are: version 1, version 2, or a host that mixes both.
///
/// A controller with a directory of its own below the root is read there, as version 1. Every other
/// one is read in the unified tree, which is the root itself on a version 2 host and `unified/` on
/// a hybrid one. Made once for each pass that finds new mounts; immutable.
record Cgroups(Map<String, Path> v1, @Nullable Path unified) {

  /// A tree with more cgroups, or deeper, than this is cut here.
  private static final int MAX_CGROUPS = 10_000;

  private static final int MAX_DEPTH = 12;

  /// The controllers that the scanner reads.
  private static final String[] CONTROLLERS = {"cpu", "cpuacct", "memory", "blkio", "pids"};

  Cgroups {
    v1 = Map.copyOf(v1);
  }

  /// Looks at what is mounted below `root`, usually `/sys/fs/cgroup`.
  ///
  /// @throws IOException when there is neither a unified tree nor a controller
  static Cgroups detect(Path root) throws IOException {
    if (Files.exists(root.resolve("cgroup.controllers"))) {
      return new Cgroups(Map.of(), root);
    }
    Map<String, Path> v1 = new TreeMap<>();
    for (String controller : CONTROLLERS) {
      Path folder = root.resolve(controller);
      if (!Files.isDirectory(folder)
          && (controller.equals("cpu") || controller.equals("cpuacct"))) {
        folder = root.resolve("cpu,cpuacct");
      }
      if (Files.isDirectory(folder)) {
        v1.put(controller, folder);
      }
    }
    Path unified = root.resolve("unified");
    boolean hybrid = Files.exists(unified.resolve("cgroup.controllers"));
    if (v1.isEmpty() && !hybrid) {
      throw new IOException("no cgroup hierarchy is mounted below " + root);
    }
    return new Cgroups(v1, hybrid ? unified : null);
  }

  /// The folder of a version 1 controller for one cgroup; null where the controller is not version
  /// 1.
  @Nullable Path v1(String controller, String path) {
    Path mount = v1.get(controller);
    return mount == null ? null : below(mount, path);
  }

  /// The folder of a cgroup in the unified tree; null where there is no such tree.
  @Nullable Path unified(String path) {
    Path mount = unified;
    return mount == null ? null : below(mount, path);
  }

  private static Path below(Path mount, String path) {
    return path.equals("/") ? mount : mount.resolve(path.substring(1));
  }

  /// Every cgroup that rows are written for, in any hierarchy, by path. Nothing below a container
  /// or a service is told by itself.
  Map<String, CgroupPath> walk() throws IOException {
    Map<String, CgroupPath> found = new TreeMap<>();
    for (String controller : new String[] {"cpuacct", "memory", "pids"}) {
      Path mount = v1.get(controller);
      if (mount != null) {
        walk(mount, "/", 0, found);
      }
    }
    Path tree = unified;
    if (tree != null) {
      walk(tree, "/", 0, found);
    }
    return found;
  }

  /// Whether an entry is a cgroup. Most entries are control files, known by their names; asking the
  /// kernel about each of them was a third of a pass.
  private static boolean isChild(Path entry) {
    String name = entry.getFileName().toString();
    int dot = name.indexOf('.');
    String first = dot < 0 ? name : name.substring(0, dot);
    return switch (first) {
      case "cgroup",
          "cpu",
          "cpuacct",
          "memory",
          "pids",
          "io",
          "hugetlb",
          "misc",
          "rdma",
          "tasks",
          "notify_on_release",
          "release_agent" ->
          (dot < 0 || name.endsWith(".slice") || name.endsWith(".service"))
              && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
      default -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
    };
  }

  private static void walk(Path folder, String path, int depth, Map<String, CgroupPath> found)
      throws IOException {
    CgroupPath known = found.get(path);
    CgroupPath cgroup = known == null ? CgroupPath.of(path) : known;
    if (cgroup.kind() == CgroupPath.Kind.IGNORED || found.size() >= MAX_CGROUPS) {
      return;
    }
    found.put(path, cgroup);
    boolean leaf = cgroup.kind() == CgroupPath.Kind.CONTAINER || path.endsWith(".service");
    // The kubelet of k3s and RKE2 lives in a service that its pods are below.
    if ((leaf && !path.endsWith("k3s.service")) || depth == MAX_DEPTH) {
      return;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, Cgroups::isChild)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        walk(child, path.equals("/") ? "/" + name : path + "/" + name, depth + 1, found);
      }
    } catch (DirectoryIteratorException | java.nio.file.FileSystemException e) {
      if (depth == 0) {
        throw new IOException("cannot list " + folder + ": " + e.getMessage(), e);
      }
      // The cgroup went away while we looked at it, which is the life of cgroups.
      found.remove(path);
    }
  }
}
