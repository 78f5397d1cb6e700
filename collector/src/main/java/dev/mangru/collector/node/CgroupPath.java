package dev.mangru.collector.node;

/// What a cgroup is, told from its path below the mount.
///
/// @param kind what rows of it may hold
/// @param containerId 64 hexadecimal digits, or empty
/// @param podUid with dashes, or the hash of a static pod; empty outside pods
record CgroupPath(Kind kind, String containerId, String podUid) {

  enum Kind {
    /// `/`.
    ROOT,
    /// A container of any runtime.
    CONTAINER,
    /// A pod's own cgroup.
    POD,
    /// `kubepods` and its quality-of-service children.
    KUBE_GROUP,
    /// A service, a slice, or any directory that is none of the above.
    GROUP,
    /// Units that hold no work of their own, and scopes of login sessions.
    IGNORED
  }

  private static final int CONTAINER_ID_LENGTH = 64;
  private static final int STATIC_POD_HASH_LENGTH = 32;

  /// Reads a path such as `/kubepods/burstable/pod<uid>/<id>` or `/system.slice/docker-<id>.scope`.
  static CgroupPath of(String path) {
    if (path.equals("/")) {
      return new CgroupPath(Kind.ROOT, "", "");
    }
    int slash = path.lastIndexOf('/');
    String last = path.substring(slash + 1);
    String parent = path.substring(path.lastIndexOf('/', slash - 1) + 1, Math.max(slash, 0));
    String id = containerId(last);
    boolean inKubepods = path.contains("kubepods");
    if (!id.isEmpty()) {
      return new CgroupPath(Kind.CONTAINER, id, inKubepods ? podUid(parent) : "");
    }
    if (inKubepods) {
      String uid = podUid(last);
      if (!uid.isEmpty()) {
        return new CgroupPath(Kind.POD, "", uid);
      }
      // What is left are the kubelet's own groups, and scopes of helpers such as conmon.
      return new CgroupPath(isKubeGroup(last) ? Kind.KUBE_GROUP : Kind.IGNORED, "", "");
    }
    boolean empty =
        last.endsWith(".mount")
            || last.endsWith(".socket")
            || last.endsWith(".swap")
            || (last.endsWith(".scope") && !last.equals("init.scope"));
    return new CgroupPath(empty ? Kind.IGNORED : Kind.GROUP, "", "");
  }

  /// The id in `<id>`, `docker-<id>.scope`, `cri-containerd-<id>.scope`, `crio-<id>.scope`.
  private static String containerId(String last) {
    String name = last.endsWith(".scope") ? last.substring(0, last.length() - 6) : last;
    if (name.length() > CONTAINER_ID_LENGTH) {
      int dash = name.length() - CONTAINER_ID_LENGTH - 1;
      boolean helper = name.startsWith("crio-conmon-");
      if (name.charAt(dash) != '-' || helper || !last.endsWith(".scope")) {
        return "";
      }
      name = name.substring(dash + 1);
    }
    return name.length() == CONTAINER_ID_LENGTH && isHex(name) ? name : "";
  }

  /// The uid in `pod<uid>` and `kubepods[-<qos>]-pod<uid_>.slice`; empty where there is none.
  private static String podUid(String part) {
    String name = part.endsWith(".slice") ? part.substring(0, part.length() - 6) : part;
    int at = name.lastIndexOf("pod");
    boolean starts = at == 0 || (at > 0 && name.charAt(at - 1) == '-');
    if (!starts) {
      return "";
    }
    String uid = name.substring(at + 3).replace('_', '-');
    return isUid(uid) ? uid : "";
  }

  private static boolean isUid(String text) {
    if (text.length() == STATIC_POD_HASH_LENGTH) {
      return isHex(text);
    }
    return text.length() == 36
        && text.charAt(8) == '-'
        && text.charAt(13) == '-'
        && text.charAt(18) == '-'
        && text.charAt(23) == '-'
        && isHex(text.replace("-", ""));
  }

  private static boolean isKubeGroup(String last) {
    String name = last.endsWith(".slice") ? last.substring(0, last.length() - 6) : last;
    return name.endsWith("kubepods")
        || name.endsWith("kubepods-burstable")
        || name.endsWith("kubepods-besteffort")
        || name.equals("burstable")
        || name.equals("besteffort");
  }

  private static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.digit(text.charAt(i), 16) < 0 || text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
