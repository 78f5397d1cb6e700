package dev.mangru.model.metric;

/// One label: a name and a value. An empty value is the same as no label.
///
/// @param name not empty
/// @param value any text
public record Label(String name, String value) {

  public Label {
    if (name.isEmpty()) {
      throw new IllegalArgumentException(
          "a label name must not be empty (value \"" + value + "\")");
    }
  }
}
