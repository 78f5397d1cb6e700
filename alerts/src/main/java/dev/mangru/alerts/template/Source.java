package dev.mangru.alerts.template;

import java.nio.charset.StandardCharsets;

/// One text that was parsed, with the name that errors give it.
record Source(String name, String text) {

  /// `name:line:column` of a position; the line from 1, the column in UTF-8 bytes from 0, as Go has
  /// it.
  String location(int position) {
    String before = text.substring(0, position);
    int lineStart = before.lastIndexOf('\n') + 1;
    long line = 1 + before.chars().filter(c -> c == '\n').count();
    int column = before.substring(lineStart).getBytes(StandardCharsets.UTF_8).length;
    return name + ":" + line + ":" + column;
  }
}
