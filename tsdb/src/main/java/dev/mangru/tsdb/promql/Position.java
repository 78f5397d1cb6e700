package dev.mangru.tsdb.promql;

/// A stretch of an expression, in UTF-16 units.
///
/// @param start first unit inside
/// @param end first unit after
public record Position(int start, int end) {

  static final Position NONE = new Position(0, 0);
}
