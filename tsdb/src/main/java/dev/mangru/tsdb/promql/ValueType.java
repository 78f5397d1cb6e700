package dev.mangru.tsdb.promql;

/// The four types of PromQL.
public enum ValueType {
  SCALAR("scalar", "scalar"),
  VECTOR("vector", "instant vector"),
  MATRIX("matrix", "range vector"),
  STRING("string", "string");

  private final String code;
  private final String text;

  ValueType(String code, String text) {
    this.code = code;
    this.text = text;
  }

  /// As the HTTP API calls it.
  public String code() {
    return code;
  }

  /// As the documentation and error messages call it.
  public String text() {
    return text;
  }
}
