package dev.mangru.tsdb.exemplar;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A record of exemplars; FORMAT.md draws it. Pure functions.
final class ExemplarRecord {

  private static final int VERSION = 1;

  /// No series has more labels than this.
  private static final int MAX_LABELS = 10_000;

  private ExemplarRecord() {}

  /// Bytes at which a record ends, a sixteenth of what the log takes. Chosen: one exemplar and its
  /// series have less than that.
  private static final int FULL_BYTES = 4 << 20;

  /// Where the record ends that begins with exemplar `from`, exclusive: labels may be repeated by a
  /// few bytes each where they come from.
  static int end(List<SeriesExemplar> exemplars, int from) {
    long bytes = 0;
    int end = from;
    while (end < exemplars.size() && bytes < FULL_BYTES) {
      SeriesExemplar each = exemplars.get(end++);
      bytes += 32 + mostBytes(each.series()) + mostBytes(each.exemplar().labels());
    }
    return end;
  }

  private static long mostBytes(Labels labels) {
    long bytes = 0;
    for (Label label : labels) {
      bytes += 8 + 3L * (label.name().length() + label.value().length());
    }
    return bytes;
  }

  static ByteWriter write(List<SeriesExemplar> exemplars) {
    ByteWriter out = new ByteWriter(64 + 128 * exemplars.size());
    out.u8(VERSION).varint(exemplars.size());
    Map<Labels, Integer> numbers = new HashMap<>();
    long time = 0;
    for (SeriesExemplar each : exemplars) {
      Integer number = numbers.get(each.series());
      if (number == null) {
        numbers.put(each.series(), numbers.size() + 1);
        out.varint(0);
        write(each.series(), out);
      } else {
        out.varint(number);
      }
      Exemplar exemplar = each.exemplar();
      out.zigZag(exemplar.timestampMs() - time).u64(Double.doubleToRawLongBits(exemplar.value()));
      write(exemplar.labels(), out);
      time = exemplar.timestampMs();
    }
    return out;
  }

  private static void write(Labels labels, ByteWriter out) {
    out.varint(labels.count());
    for (Label label : labels) {
      out.text(label.name()).text(label.value());
    }
  }

  static List<SeriesExemplar> read(ByteReader in) throws CorruptDataException {
    int version = in.u8();
    if (version != VERSION) {
      throw in.corrupt("version " + VERSION, String.valueOf(version));
    }
    int count = in.count(11);
    List<SeriesExemplar> exemplars = new ArrayList<>(count);
    List<Labels> series = new ArrayList<>();
    long time = 0;
    for (int i = 0; i < count; i++) {
      long number = in.varint();
      if (number < 0 || number > series.size()) {
        throw in.corrupt("a series up to " + series.size(), String.valueOf(number));
      }
      if (number == 0) {
        series.add(labels(in));
      }
      Labels owner = number == 0 ? series.getLast() : series.get((int) number - 1);
      time += in.zigZag();
      double value = Double.longBitsToDouble(in.u64());
      exemplars.add(new SeriesExemplar(owner, new Exemplar(labels(in), value, time)));
    }
    if (in.remaining() > 0) {
      throw in.corrupt("the end of the record", in.remaining() + " more bytes");
    }
    return exemplars;
  }

  private static Labels labels(ByteReader in) throws CorruptDataException {
    int count = in.count(2);
    if (count > MAX_LABELS) {
      throw in.corrupt("at most " + MAX_LABELS + " labels", String.valueOf(count));
    }
    String[] pairs = new String[2 * count];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = in.text();
    }
    for (int i = 0; i < pairs.length; i += 2) {
      String before = i == 0 ? "" : pairs[i - 2]; // no name is empty
      if (Labels.compareUtf8(before, pairs[i]) >= 0) {
        throw in.corrupt("labels sorted by name", before + " before " + pairs[i]);
      }
    }
    return Labels.ofSortedPairs(pairs);
  }
}
