package dev.mangru.alerts.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// `host:port` as Go's `net.SplitHostPort` takes it apart.
final class HostPort {

  private HostPort() {}

  private record Parts(String host, String port) {}

  /// The host, or everything if it is not `host:port`.
  static String withoutPort(String hostPort) {
    Parts parts = split(hostPort);
    return parts == null ? hostPort : parts.host;
  }

  /// The first part of the host's name, with the port; addresses stay as they are.
  static String withoutDomain(String hostPort) {
    Parts parts = split(hostPort);
    String host = parts == null ? hostPort : parts.host;
    if (isAddress(host)) {
      return hostPort;
    }
    int dot = host.indexOf('.');
    String name = dot < 0 ? host : host.substring(0, dot);
    if (parts == null || parts.port.isEmpty()) {
      return name;
    }
    return (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + parts.port;
  }

  private static @Nullable Parts split(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return null;
    }
    String host;
    int from = 0;
    if (text.startsWith("[")) {
      int close = text.indexOf(']');
      if (close < 0 || close + 1 != colon) {
        return null;
      }
      host = text.substring(1, close);
      from = 1;
      if (text.indexOf('[', 1) >= 0 || text.indexOf(']', close + 1) >= 0) {
        return null;
      }
    } else {
      host = text.substring(0, colon);
      if (host.indexOf(':') >= 0) {
        return null;
      }
    }
    boolean brackets = text.indexOf('[', from) >= 0 || (from == 0 && text.indexOf(']') >= 0);
    return brackets ? null : new Parts(host, text.substring(colon + 1));
  }

  /// Go's `net.ParseIP`.
  static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 ? isVersion6(host) : isVersion4(host);
  }

  private static boolean isVersion4(String host) {
    List<String> parts = List.of(host.split("\\.", -1));
    return parts.size() == 4 && parts.stream().allMatch(HostPort::isOctet);
  }

  private static boolean isOctet(String part) {
    return !part.isEmpty()
        && part.length() <= 3
        && part.chars().allMatch(c -> c >= '0' && c <= '9')
        && (part.length() == 1 || part.charAt(0) != '0')
        && Integer.parseInt(part) <= 255;
  }

  private static boolean isVersion6(String host) {
    int gap = host.indexOf("::");
    if (gap >= 0 && host.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    int groups = 0;
    for (String half :
        gap < 0 ? List.of(host) : List.of(host.substring(0, gap), host.substring(gap + 2))) {
      if (half.isEmpty()) {
        continue;
      }
      List<String> parts = List.of(half.split(":", -1));
      for (int i = 0; i < parts.size(); i++) {
        String part = parts.get(i);
        boolean last = i == parts.size() - 1 && host.endsWith(part);
        if (last && isVersion4(part)) {
          groups += 2;
        } else if (!part.isEmpty()
            && part.length() <= 4
            && part.chars().allMatch(c -> c < 0x80 && Character.digit(c, 16) >= 0)) {
          groups++;
        } else {
          return false;
        }
      }
    }
    return gap < 0 ? groups == 8 : groups < 8;
  }
}
