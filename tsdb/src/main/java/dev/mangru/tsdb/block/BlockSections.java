package dev.mangru.tsdb.block;

/// The order of a block's sections; the first three are as in a part.
final class BlockSections {

  static final int SYMBOLS = 3;
  static final int SYMBOL_PAGES = 4;
  static final int NAMES = 5;
  static final int SHAPES = 6;
  static final int SETS = 7;
  static final int SERIES = 8;

  private BlockSections() {}

  /// Bytes that hold every number from 0 to `max`: 0 to 4.
  static int width(long max) {
    return max == 0 ? 0 : max < 1 << 8 ? 1 : max < 1 << 16 ? 2 : max < 1 << 24 ? 3 : 4;
  }
}
