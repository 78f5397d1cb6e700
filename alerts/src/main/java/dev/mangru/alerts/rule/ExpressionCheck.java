package dev.mangru.alerts.rule;

/// Says whether a text is PromQL. The parser lives elsewhere; whoever reads rule files hands it in.
@FunctionalInterface
public interface ExpressionCheck {

  /// Returns if `expression` parses.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if it does not; the message begins
  ///   with `line:column:` inside the expression, both from 1
  void check(String expression);
}
