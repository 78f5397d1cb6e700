package dev.mangru.tsdb.wal;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.codec.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// For a fuzzer: any bytes are a record of the write-ahead log or corrupt, and what a record says
/// is said again by the record that is written from it.
public final class RecordFuzz {

  private static final Path FILE = Path.of("wal/00000001.log");

  /// A store believes in no series that lie far beyond those it knows.
  private static final int MOST_SERIES = 1 << 14;

  /// Reused from record to record, as the store reuses its own.
  private static final RecordReader READER = new RecordReader();

  private RecordFuzz() {}

  /// Records as the store writes them.
  public static List<byte[]> seeds() {
    Random random = new Random(3);
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Copy copy = new Copy();
      copy.begin(i % 3);
      int series = random.nextInt(5);
      for (int ref = 0; ref < series; ref++) {
        copy.define(
            10 + ref,
            Labels.of("__name__", "up", "instance", "i" + random.nextInt(3), "z" + ref, "v"));
      }
      for (int n = random.nextInt(20); n > 0; n--) {
        int ref = 8 + random.nextInt(6);
        long timeMs = 1_790_000_000_000L + random.nextInt(3) * 15_000L;
        long bits = Double.doubleToRawLongBits(value(random));
        switch (random.nextInt(8)) {
          case 0 -> copy.extended(ref, timeMs, timeMs - 500, bits, null);
          case 1 -> copy.extended(ref, timeMs, 0, 0, histogram(random));
          case 2 -> {
            copy.newest(ref, timeMs + 1_000, bits, random.nextBoolean());
            copy.extended(ref, timeMs, 0, bits, null);
          }
          default -> copy.sample(ref, timeMs, bits);
        }
      }
      seeds.add(copy.record());
    }
    return seeds;
  }

  private static double value(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextInt(100);
      case 1 -> random.nextInt(10_000) / 100.0;
      case 2 -> StaleMarker.VALUE;
      case 3 -> random.nextLong();
      default -> random.nextDouble() * 4_096;
    };
  }

  private static NativeHistogram histogram(Random random) {
    long[] counts = random.longs(random.nextInt(4)).toArray();
    return NativeHistogram.builder(random.nextBoolean())
        .schema(random.nextInt(8) - 4)
        .zero(random.nextDouble(), random.nextLong())
        .total(random.nextLong(), value(random))
        .positive(new int[] {random.nextInt(5), counts.length}, counts)
        .customBounds(random.doubles(random.nextInt(3)).toArray())
        .build();
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    long before = FuzzTarget.allocated();
    Copy first = new Copy();
    try {
      READER.read(ByteBuffer.wrap(input), FILE, 8, first);
    } catch (CorruptDataException refused) {
      FuzzTarget.bounded(before, input.length);
      return;
    }
    FuzzTarget.bounded(before, input.length);
    byte[] record = first.record();
    Copy second = new Copy();
    try {
      new RecordReader().read(ByteBuffer.wrap(record), FILE, 8, second);
    } catch (CorruptDataException e) {
      throw new AssertionError("what was written from a record is none", e);
    }
    if (!first.told.equals(second.told)) {
      throw new AssertionError(first.told + " became " + second.told);
    }
  }

  /// Writes what it visits, and remembers it. Bases are those of an epoch that begins here.
  private static final class Copy implements RecordReader.Visitor {
    private final RecordWriter out = new RecordWriter();
    private final Map<Integer, Long> bases = new HashMap<>();
    private final List<Object> told = new ArrayList<>();
    private long newestMs;
    private long newestBits;
    private boolean newestExtended;
    private boolean late;

    byte[] record() {
      ByteBuffer record = out.finish();
      byte[] bytes = new byte[record.remaining()];
      record.get(bytes);
      return bytes;
    }

    @Override
    public void begin(long epoch) {
      told.add(epoch);
      out.begin(epoch);
    }

    @Override
    public void define(int ref, Labels labels) {
      told.add(ref);
      told.add(labels);
      out.define(ref, labels);
    }

    @Override
    public long base(int ref) throws CorruptDataException {
      if (ref >= MOST_SERIES) {
        throw new CorruptDataException(FILE, 8, "a series below " + MOST_SERIES, "series " + ref);
      }
      return known(ref);
    }

    private long known(int ref) {
      return bases.getOrDefault(ref, 0L);
    }

    @Override
    public void sample(int ref, long timestampMs, long bits) {
      told.add(ref);
      told.add(timestampMs);
      told.add(bits);
      out.sample(ref, timestampMs, bits, known(ref));
      bases.put(ref, bits);
    }

    @Override
    public void newest(int ref, long ms, long bits, boolean extended) {
      told.add(ms);
      told.add(bits);
      told.add(extended);
      newestMs = ms;
      newestBits = bits;
      newestExtended = extended;
      late = true;
    }

    @Override
    public void extended(
        int ref, long timestampMs, long startMs, long bits, @Nullable NativeHistogram histogram) {
      told.add(ref);
      told.add(timestampMs);
      told.add(startMs);
      told.add(bits);
      told.add(String.valueOf(histogram));
      ByteWriter bytes = null;
      if (histogram != null) {
        bytes = new ByteWriter(64);
        HistogramBytes.write(histogram, bytes);
        told.add(histogram);
      }
      if (late) {
        out.late(ref, timestampMs, startMs, bits, bytes, newestMs, newestBits, newestExtended);
        bases.put(ref, newestBits);
      } else {
        out.extended(ref, timestampMs, startMs, bits, bytes);
      }
      late = false;
    }
  }
}
