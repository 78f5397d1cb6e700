package dev.mangru.autoscaler.playground.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Regular expressions that definitions bring, compiled once; matching takes time linear in the
/// text. Thread-safe.
final class Patterns {

  /// Patterns that are kept compiled; a definition has a handful.
  private static final int MAX_KEPT = 1000;

  private static final Map<String, Pattern> COMPILED = new ConcurrentHashMap<>();

  private Patterns() {}

  static boolean isValid(String pattern) {
    try {
      Pattern.compile(pattern);
      return true;
    } catch (PatternSyntaxException _) {
      return false;
    }
  }

  /// Whether the pattern, which is valid, is found anywhere in the text.
  static boolean find(String pattern, String text) {
    if (COMPILED.size() > MAX_KEPT) {
      COMPILED.clear();
    }
    return COMPILED.computeIfAbsent(pattern, Pattern::compile).matcher(text).find();
  }
}
