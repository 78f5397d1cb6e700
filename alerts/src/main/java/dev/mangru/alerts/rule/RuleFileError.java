package dev.mangru.alerts.rule;

/// One thing that is wrong in a file, and where.
///
/// @param line from 1; 0 where the file as a whole is meant
/// @param column from 1; 0 likewise
/// @param message in upstream's words where upstream has some
public record RuleFileError(int line, int column, String message) {

  /// `line:column: message`, or the message alone.
  @Override
  public String toString() {
    return line == 0 ? message : line + ":" + column + ": " + message;
  }
}
