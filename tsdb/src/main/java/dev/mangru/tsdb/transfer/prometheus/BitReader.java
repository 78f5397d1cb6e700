package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.error.CorruptDataException;
import java.nio.file.Path;

/// Reads bits, the highest of a byte first. Confined to one thread.
final class BitReader {

  private final byte[] bytes;
  private final Path path;
  private final long fileOffset;
  private final long end;
  private long bit;

  /// @param fileOffset where in `path` the first byte of `bytes` stands
  BitReader(byte[] bytes, int from, int to, Path path, long fileOffset) {
    this.bytes = bytes;
    this.path = path;
    this.fileOffset = fileOffset;
    this.bit = 8L * from;
    this.end = 8L * to;
  }

  boolean one() throws CorruptDataException {
    if (bit == end) {
      throw corrupt("another bit", "the end of the chunk");
    }
    int at = (int) (bit >> 3);
    boolean set = (bytes[at] >> (7 - (bit & 7)) & 1) != 0;
    bit++;
    return set;
  }

  /// The next `count` bits, 0 to 64, as an unsigned number.
  long bits(int count) throws CorruptDataException {
    if (end - bit < count) {
      throw corrupt(count + " more bits", (end - bit) + " bits");
    }
    long value = 0;
    int left = count;
    while (left > 0) {
      int inByte = 8 - (int) (bit & 7);
      int take = Math.min(inByte, left);
      int part = (bytes[(int) (bit >> 3)] & 0xff) >> (inByte - take) & ((1 << take) - 1);
      value = value << take | part;
      bit += take;
      left -= take;
    }
    return value;
  }

  long uvarint() throws CorruptDataException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      long b = bits(8);
      value |= (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw corrupt("a number of at most 10 bytes", "more");
  }

  long varint() throws CorruptDataException {
    long value = uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /// How many of the next bits are set, up to `most`; the clear one behind them is read too.
  int ones(int most) throws CorruptDataException {
    int count = 0;
    while (count < most && one()) {
      count++;
    }
    return count;
  }

  /// A signed number of `count` bits whose range is one above two's complement: -3 to 4 in 3 bits.
  long signed(int count) throws CorruptDataException {
    long value = bits(count);
    return value > 1L << (count - 1) ? value - (1L << count) : value;
  }

  private static final int[] VARBIT_SIZES = {0, 3, 6, 9, 12, 18, 25, 56, 64};

  /// A signed number in 1 to 72 bits.
  long varbit() throws CorruptDataException {
    int size = VARBIT_SIZES[ones(8)];
    return size == 0 ? 0 : size == 64 ? bits(64) : signed(size);
  }

  /// An unsigned number in 1 to 72 bits.
  long unsignedVarbit() throws CorruptDataException {
    return bits(VARBIT_SIZES[ones(8)]);
  }

  CorruptDataException corrupt(String expected, String found) {
    return new CorruptDataException(path, fileOffset + (bit >> 3), expected, found);
  }

  /// One column of doubles, each against the one before it. Confined to one thread.
  static final class Xor {

    private long valueBits;
    private int leading;
    private int trailing;

    double first(long bits) {
      valueBits = bits;
      return Double.longBitsToDouble(bits);
    }

    long valueBits() {
      return valueBits;
    }

    double next(BitReader in) throws CorruptDataException {
      if (in.one()) {
        if (in.one()) {
          leading = (int) in.bits(5);
          int significant = (int) in.bits(6);
          significant = significant == 0 ? 64 : significant;
          trailing = 64 - leading - significant;
          if (trailing < 0) {
            throw in.corrupt("at most 64 bits", leading + " zeros before " + significant + " bits");
          }
        }
        valueBits ^= in.bits(64 - leading - trailing) << trailing;
      }
      return Double.longBitsToDouble(valueBits);
    }
  }
}
