package dev.mangru.alerts.rule;

/// Says whether a text is a template that can be expanded for an alert.
@FunctionalInterface
public interface TemplateCheck {

  /// Returns if `text` parses.
  ///
  /// @param alert the rule that has it
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if it does not
  void check(String alert, String text);
}
