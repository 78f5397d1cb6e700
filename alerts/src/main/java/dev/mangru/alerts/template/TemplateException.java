package dev.mangru.alerts.template;

/// A template that does not parse, cannot be evaluated or went past a limit. The message is Go's,
/// such as `template: test:1: unclosed action`.
public final class TemplateException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Phase phase;

  /// When it went wrong.
  public enum Phase {
    /// Reading the text.
    PARSE,
    /// Evaluating it.
    EXECUTE,
    /// Evaluating it took too many steps, too long or made too much text.
    LIMIT
  }

  TemplateException(Phase phase, String message) {
    super(message);
    this.phase = phase;
  }

  /// When it went wrong.
  public Phase phase() {
    return phase;
  }

  /// The message; never null.
  public String text() {
    String message = getMessage();
    return message == null ? phase.name() : message;
  }

  /// The message as Prometheus words it, such as `error parsing template test: …`.
  public String inPrometheusWords(String template) {
    return switch (phase) {
      case PARSE -> "error parsing template " + template + ": " + text();
      case EXECUTE, LIMIT -> "error executing template " + template + ": " + text();
    };
  }
}
