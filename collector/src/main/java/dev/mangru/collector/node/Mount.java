package dev.mangru.collector.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One file system that is mounted somewhere worth watching.
///
/// @param device what is mounted, such as `/dev/vda1`
/// @param mountpoint where, as the host sees it
/// @param type such as `ext4`
record Mount(String device, String mountpoint, String type, boolean readOnly) {

  /// File systems without disk space of their own.
  ///
  /// Source: node_exporter's default `--collector.filesystem.fs-types-exclude`.
  private static final Set<String> IGNORED_TYPES =
      Set.of(
          "autofs",
          "binfmt_misc",
          "bpf",
          "cgroup",
          "cgroup2",
          "configfs",
          "debugfs",
          "devpts",
          "devtmpfs",
          "erofs",
          "fusectl",
          "hugetlbfs",
          "iso9660",
          "mqueue",
          "nsfs",
          "overlay",
          "proc",
          "procfs",
          "pstore",
          "rpc_pipefs",
          "securityfs",
          "selinuxfs",
          "squashfs",
          "sysfs",
          "tracefs");

  /// A node with more mounts than this is asked about the first ones only.
  private static final int MAX_MOUNTS = 1000;

  /// Reads `mountinfo`: `36 35 98:0 /root /mountpoint options [tags] - type device options`.
  static List<Mount> parse(FileBytes bytes) {
    List<Mount> mounts = new ArrayList<>();
    Set<Mount> seen = new HashSet<>();
    while (bytes.hasMore() && mounts.size() < MAX_MOUNTS) {
      for (int i = 0; i < 4; i++) {
        bytes.skipWord();
      }
      String mountpoint = unescape(bytes.word());
      String options = bytes.word();
      String tag = bytes.word();
      while (!tag.equals("-") && !tag.isEmpty()) {
        tag = bytes.word();
      }
      String type = bytes.word();
      String device = unescape(bytes.word());
      boolean readOnly = isReadOnly(options) || isReadOnly(bytes.word());
      Mount mount = new Mount(device, mountpoint, type, readOnly);
      if (!type.isEmpty()
          && !IGNORED_TYPES.contains(type)
          && !isIgnored(mountpoint)
          && seen.add(new Mount(device, mountpoint, type, false))) {
        mounts.add(mount);
      }
      bytes.nextLine();
    }
    return mounts;
  }

  /// Mount points of the system and of containers.
  ///
  /// Source: kube-prometheus' `--collector.filesystem.mount-points-exclude`.
  static boolean isIgnored(String mountpoint) {
    for (String tree : List.of("/dev", "/proc", "/sys")) {
      if (mountpoint.equals(tree) || mountpoint.startsWith(tree + "/")) {
        return true;
      }
    }
    return mountpoint.startsWith("/run/k3s/containerd/")
        || mountpoint.startsWith("/var/lib/docker/")
        || mountpoint.startsWith("/var/lib/kubelet/pods/");
  }

  private static boolean isReadOnly(String options) {
    return options.equals("ro")
        || options.startsWith("ro,")
        || options.contains(",ro,")
        || options.endsWith(",ro");
  }

  /// Takes `\040` and its like apart: three octal digits.
  static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 3 < text.length() && isOctal(text, i + 1)) {
        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private static boolean isOctal(String text, int from) {
    for (int i = from; i < from + 3; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '7') {
        return false;
      }
    }
    return true;
  }
}
