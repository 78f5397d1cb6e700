package dev.mangru.collector.tail;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A path pattern, matched segment by segment without backtracking into other segments. Immutable.
///
/// `*` is any run of characters in a segment, `?` any one; a whole segment `**` is any number of
/// segments, none included.
record Glob(String text, List<String> segments) {

  private static final String ANY_SEGMENTS = "**";

  /// Reads a pattern.
  ///
  /// @throws IllegalArgumentException if it is not absolute, or names no file
  static Glob parse(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("a log glob must be an absolute path: " + text);
    }
    List<String> segments = new ArrayList<>();
    for (String segment : text.split("/", -1)) {
      if (!segment.isEmpty()) {
        if (segment.contains(ANY_SEGMENTS) && !segment.equals(ANY_SEGMENTS)) {
          throw new IllegalArgumentException("** must be a whole segment of a log glob: " + text);
        }
        segments.add(segment);
      }
    }
    if (text.endsWith("/") || segments.isEmpty() || segments.getLast().equals(ANY_SEGMENTS)) {
      throw new IllegalArgumentException("a log glob must end in a file name or *: " + text);
    }
    return new Glob(text, List.copyOf(segments));
  }

  /// The folder below which every match lies.
  Path root() {
    Path root = Path.of("/");
    for (String segment : segments.subList(0, segments.size() - 1)) {
      if (isPattern(segment)) {
        break;
      }
      root = root.resolve(segment);
    }
    return root;
  }

  static boolean isPattern(String segment) {
    return segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0;
  }

  /// Whether an absolute path matches.
  boolean matches(Path path) {
    return matches(0, path, 0);
  }

  private boolean matches(int segment, Path path, int name) {
    int s = segment;
    int n = name;
    while (s < segments.size()) {
      if (segments.get(s).equals(ANY_SEGMENTS)) {
        for (int skip = n; skip < path.getNameCount(); skip++) {
          if (matches(s + 1, path, skip)) {
            return true;
          }
        }
        return false;
      }
      if (n == path.getNameCount()
          || !segmentMatches(segments.get(s), path.getName(n).toString())) {
        return false;
      }
      s++;
      n++;
    }
    return n == path.getNameCount();
  }

  /// Whether a pattern without `/` matches a name: greedy with one point of return, so linear in
  /// practice and never worse than length times length.
  static boolean segmentMatches(String pattern, String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int starName = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        starName = n;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++starName;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
