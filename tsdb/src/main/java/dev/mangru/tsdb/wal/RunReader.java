package dev.mangru.tsdb.wal;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.tsdb.codec.ByteReader;

/// Reads a column of numbers in runs, see [RecordWriter]. Confined to one thread.
final class RunReader {

  private final ByteReader in;
  private long number;
  private long run;

  RunReader(ByteReader in) {
    this.in = in;
  }

  /// The next number of a column whose runs count up by one.
  long consecutive() throws CorruptDataException {
    long next = same();
    number++;
    return next;
  }

  /// The next number of a column whose runs are of one number.
  long same() throws CorruptDataException {
    if (run > 0) {
      run--;
    } else {
      long token = in.varint();
      long skip = token >>> 1;
      number += skip >>> 1 ^ -(skip & 1);
      run = (token & 1) == 0 ? 0 : in.varint() + 1;
    }
    return number;
  }

  void expectEnd() throws CorruptDataException {
    RecordReader.expectEnd(in);
  }
}
