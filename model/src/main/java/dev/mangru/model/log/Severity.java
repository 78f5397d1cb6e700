package dev.mangru.model.log;

/// How bad a log record is. The order is ascending; `UNKNOWN` is lowest.
public enum Severity {
  UNKNOWN(0),
  TRACE(1),
  DEBUG(5),
  INFO(9),
  WARN(13),
  ERROR(17),
  FATAL(21);

  private final int otlpNumber;

  Severity(int otlpNumber) {
    this.otlpNumber = otlpNumber;
  }

  /// The lowest OpenTelemetry severity number of this severity.
  public int otlpNumber() {
    return otlpNumber;
  }

  /// The severity that an OpenTelemetry number (0 to 24) falls into; `UNKNOWN` for any other.
  ///
  /// Source: OpenTelemetry logs data model, “Field: SeverityNumber”.
  public static Severity ofOtlpNumber(int number) {
    if (number < 1 || number > 24) {
      return UNKNOWN;
    }
    return values()[1 + (number - 1) / 4];
  }

  /// In lower case, as the `level` label has it.
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
