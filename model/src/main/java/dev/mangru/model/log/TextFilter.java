package dev.mangru.model.log;

/// A condition on the text of a line: an exact, case-sensitive substring that must or must not
/// occur. LogQL's `|=` and `!=`.
///
/// @param text the substring; an empty one occurs in every line
/// @param wanted whether it must occur (true) or must not (false)
public record TextFilter(String text, boolean wanted) {

  /// Whether a line passes.
  public boolean matches(String line) {
    return line.contains(text) == wanted;
  }
}
