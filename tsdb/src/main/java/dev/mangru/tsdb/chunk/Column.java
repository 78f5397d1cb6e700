package dev.mangru.tsdb.chunk;

/// The bits of a column's first byte. FORMAT.md draws them.
final class Column {

  /// With this bit the byte is the whole column: every number is the other seven bits.
  static final int CONSTANT = 0x80;

  /// The largest constant of one byte. Bytes above have other uses.
  static final int MAX_CONSTANT = 0x6f;

  /// Two bits: how numbers follow from those before.
  static final int ORDER_SHIFT = 5;

  /// Two bits, after [#ORDER_SHIFT].
  static final int ORDER_MASK = 3;

  /// Numbers as they are.
  static final int LEVEL = 0;

  /// Steps from number to number.
  static final int STEP = 1;

  /// Changes of the step.
  static final int BEND = 2;

  /// Distances from a straight line.
  static final int LINE = 3;

  /// A byte follows that says what the numbers mean.
  static final int MEANING = 0x10;

  /// A divisor of all numbers follows, and a remainder.
  static final int DIVISOR = 0x08;

  /// A width follows, and numbers of that many bits.
  static final int PACKED = 0x04;

  /// Patches follow.
  static final int PATCHED = 0x02;

  /// Values that are not among the numbers follow.
  static final int EXCEPTIONS = 0x01;

  private Column() {}
}
