package dev.mangru.alerts.route;

import dev.mangru.model.error.MangruException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Checks URLs as Go's `net/url` parses them, with its messages. Source: the rules of RFC 3986 as
/// that package's documentation describes them.
final class GoUrl {

  /// @param scheme in lower case; empty for a relative one
  /// @param host with its port
  record Parts(String scheme, String host) {}

  private GoUrl() {}

  /// An `http` or `https` URL with a host; returns it unchanged.
  static String http(String text) {
    Parts parts = parse(text);
    if (!parts.scheme.equals("http") && !parts.scheme.equals("https")) {
      throw MangruException.badData(
          "unsupported scheme " + GoText.quote(parts.scheme) + " for URL");
    }
    if (parts.host.isEmpty()) {
      throw MangruException.badData("missing host for URL");
    }
    return text;
  }

  /// As [#http], but what Alertmanager prints in the place of a secret passes.
  static String secretHttp(String text) {
    return text.equals("<secret>") ? text : http(text);
  }

  /// Any URL.
  ///
  /// @throws MangruException `BAD_DATA` if it does not parse
  static Parts parse(String text) {
    String problem = controlCharacter(text) ? "net/url: invalid control character in URL" : null;
    int fragment = text.indexOf('#');
    String rest = fragment < 0 ? text : text.substring(0, fragment);
    String shown = rest;
    String scheme = "";
    if (problem == null) {
      int colon = schemeEnd(rest);
      if (colon == 0) {
        problem = "missing protocol scheme";
      } else if (colon > 0) {
        scheme = rest.substring(0, colon).toLowerCase(Locale.ROOT);
        rest = rest.substring(colon + 1);
      }
    }
    int query = rest.indexOf('?');
    if (query >= 0) {
      rest = rest.substring(0, query);
    }
    String host = "";
    if (problem == null && !rest.startsWith("/")) {
      if (!scheme.isEmpty()) {
        return new Parts(scheme, ""); // opaque
      }
      int slash = rest.indexOf('/');
      String first = slash < 0 ? rest : rest.substring(0, slash);
      if (first.indexOf(':') >= 0) {
        problem = "first path segment in URL cannot contain colon";
      }
    }
    if (problem == null && rest.startsWith("//") && !(scheme.isEmpty() && rest.startsWith("///"))) {
      int slash = rest.indexOf('/', 2);
      String authority = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
      rest = slash < 0 ? "" : rest.substring(slash);
      host = authority.substring(authority.lastIndexOf('@') + 1);
      problem = hostProblem(host);
      if (problem == null && authority.lastIndexOf('@') > 0) {
        problem = escapeProblem(authority.substring(0, authority.lastIndexOf('@')));
      }
    }
    if (problem == null) {
      problem = escapeProblem(rest);
    }
    if (problem != null) {
      throw MangruException.badData("parse " + GoText.quote(shown) + ": " + problem);
    }
    return new Parts(scheme, host);
  }

  private static boolean controlCharacter(String text) {
    return text.chars().anyMatch(c -> c < ' ' || c == 0x7f);
  }

  /// Where the colon after the scheme is; -1 without one, 0 if there is nothing before it.
  private static int schemeEnd(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (c == ':') {
        return i;
      }
      if (!letter && (i == 0 || !((c >= '0' && c <= '9') || "+-.".indexOf(c) >= 0))) {
        return -1;
      }
    }
    return -1;
  }

  private static @Nullable String hostProblem(String host) {
    int port;
    if (host.startsWith("[")) {
      int end = host.lastIndexOf(']');
      if (end < 0) {
        return "missing ']' in host";
      }
      port = end + 1;
    } else {
      port = host.lastIndexOf(':');
      port = port < 0 ? host.length() : port;
    }
    String after = host.substring(port);
    boolean validPort =
        after.isEmpty()
            || (after.startsWith(":")
                && after.substring(1).chars().allMatch(c -> c >= '0' && c <= '9'));
    if (!validPort) {
      return "invalid port " + GoText.quote(after) + " after host";
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c < 0x80 && !Character.isLetterOrDigit(c) && "-_.~!$&'()*+,;=:[]<>\"%".indexOf(c) < 0) {
        return "invalid character " + GoText.quote(String.valueOf(c)) + " in host name";
      }
    }
    return escapeProblem(host);
  }

  private static @Nullable String escapeProblem(String text) {
    for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
      boolean valid =
          i + 2 < text.length()
              && Character.digit(text.charAt(i + 1), 16) >= 0
              && Character.digit(text.charAt(i + 2), 16) >= 0;
      if (!valid) {
        return "invalid URL escape "
            + GoText.quote(text.substring(i, Math.min(text.length(), i + 3)));
      }
    }
    return null;
  }

  /// `host:port`; returns it unchanged.
  static String hostAndPort(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw MangruException.badData("address " + text + ": missing port in address");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[")) {
      if (!host.endsWith("]")) {
        throw MangruException.badData(
            "address "
                + text
                + (host.indexOf(']') < 0
                    ? ": missing ']' in address"
                    : ": missing port in address"));
      }
    } else if (host.indexOf(':') >= 0) {
      throw MangruException.badData("address " + text + ": too many colons in address");
    }
    if (colon == text.length() - 1) {
      throw MangruException.badData("address " + GoText.quote(text) + ": port cannot be empty");
    }
    return text;
  }
}
