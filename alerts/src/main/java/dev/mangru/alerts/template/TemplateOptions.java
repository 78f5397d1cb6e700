package dev.mangru.alerts.template;

/// How a template behaves.
///
/// @param missingKey what `.key` gives when the map has no such key
/// @param html escapes what is printed for the place in the HTML page where it lands
public record TemplateOptions(MissingKey missingKey, boolean html, TemplateLimits limits) {

  /// What `.key` gives when the map has no such key.
  public enum MissingKey {
    /// No value, printed as `<no value>`: Go's default.
    DEFAULT,
    /// The zero of the map's element type, such as the empty string.
    ZERO,
    /// An error.
    ERROR
  }

  /// What Prometheus and Alertmanager use.
  public static final TemplateOptions TEXT =
      new TemplateOptions(MissingKey.ZERO, false, TemplateLimits.DEFAULT);

  /// The same with escaping for HTML.
  public static final TemplateOptions HTML =
      new TemplateOptions(MissingKey.ZERO, true, TemplateLimits.DEFAULT);
}
