package dev.mangru.alerts.rule;

/// Says whether a text is a template that can be expanded for an alert.
@FunctionalInterface
public interface TemplateCheck {

  /// Returns if `text` parses.
  ///
  /// @param name what the template is called in messages
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if it does not
  void check(String name, String text);
}
