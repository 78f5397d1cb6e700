package dev.mangru.tsdb.ingest;

import dev.mangru.model.wire.ProtobufReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the labels of remote write 1.0, one series after the other. Confined to one thread and
/// body.
///
/// Neighbours mostly come from one target, and share most labels in the same order. So each label
/// is compared with the one that stood next in the series read before; if the bytes are the same,
/// so are the strings, and nothing is decoded (nor hashed again by whoever interns them).
final class LabelReader {

  private final byte[] bytes;

  private Run previous = new Run();
  private Run current = new Run();
  private int next;

  LabelReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Reads all labels in `[from, to)`, which [Wire#labelsTo] has found to be nothing else.
  void readAll(int from, int to, SeriesSink sink) {
    begin();
    int at = from;
    while (at < to) {
      long label = Wire.extent(bytes, at + 1, to);
      read(Wire.from(label), Wire.to(label), sink);
      at = Wire.to(label);
    }
  }

  /// Begins a series.
  void begin() {
    Run run = previous;
    previous = current;
    current = run;
    current.size = 0;
    next = 0;
  }

  /// Reads one label message.
  void read(int from, int to, SeriesSink sink) {
    // A label more or less than before moves the place by one.
    for (int i = next, end = Math.min(previous.size, next + 2); i < end; i++) {
      if (Arrays.equals(bytes, from, to, bytes, previous.from[i], previous.to[i])) {
        next = i + 1;
        take(from, to, previous.names[i], previous.values[i], sink);
        return;
      }
    }
    next = Math.min(next + 1, previous.size);
    if (!readPlain(from, to, sink)) {
      readAny(from, to, sink);
    }
  }

  /// A name and a value in that order, both ASCII.
  private boolean readPlain(int from, int to, SeriesSink sink) {
    if (from == to || bytes[from] != Wire.FIELD_1) {
      return false;
    }
    long name = Wire.extent(bytes, from + 1, to);
    if (name == Wire.ODD || Wire.to(name) == to || bytes[Wire.to(name)] != Wire.FIELD_2) {
      return false;
    }
    long value = Wire.extent(bytes, Wire.to(name) + 1, to);
    if (value == Wire.ODD || Wire.to(value) != to) {
      return false;
    }
    String nameText = Wire.ascii(bytes, Wire.from(name), Wire.to(name));
    String valueText = Wire.ascii(bytes, Wire.from(value), Wire.to(value));
    if (nameText == null || valueText == null) {
      return false;
    }
    take(from, to, nameText, valueText, sink);
    return true;
  }

  private void readAny(int from, int to, SeriesSink sink) {
    String name = "";
    String value = "";
    ProtobufReader label = new ProtobufReader(bytes, from, to - from);
    while (label.nextField()) {
      switch (label.field()) {
        case 1 -> name = label.readString();
        case 2 -> value = label.readString();
        default -> label.skip();
      }
    }
    take(from, to, name, value, sink);
  }

  private void take(
      int from, int to, @Nullable String name, @Nullable String value, SeriesSink sink) {
    if (name == null || value == null) {
      throw new IllegalStateException("a label that was read has no text");
    }
    current.add(from, to, name, value);
    sink.label(name, value);
  }

  /// The labels of one series: where they are and what they say.
  private static final class Run {
    private int[] from = new int[32];
    private int[] to = new int[32];
    private @Nullable String[] names = new @Nullable String[32];
    private @Nullable String[] values = new @Nullable String[32];
    private int size;

    void add(int start, int end, String name, String value) {
      if (size == from.length) {
        from = Arrays.copyOf(from, 2 * size);
        to = Arrays.copyOf(to, 2 * size);
        names = Arrays.copyOf(names, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      from[size] = start;
      to[size] = end;
      names[size] = name;
      values[size] = value;
      size++;
    }
  }
}
