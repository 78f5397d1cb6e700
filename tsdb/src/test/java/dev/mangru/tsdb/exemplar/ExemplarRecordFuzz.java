package dev.mangru.tsdb.exemplar;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.codec.ByteReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// For a fuzzer: any bytes are a record of exemplars or corrupt, and a record comes back from what
/// it writes.
public final class ExemplarRecordFuzz {

  private static final Path FILE = Path.of("/data/exemplars/00000001.log");

  private ExemplarRecordFuzz() {}

  /// Records of up to seven exemplars of two series.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int count = 0; count < 8; count++) {
      List<SeriesExemplar> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Labels series = Labels.of("__name__", "latency", "le", "" + i % 2);
        Labels trace = i % 3 == 0 ? Labels.empty() : Labels.of("trace_id", "4bf92f" + i);
        all.add(new SeriesExemplar(series, new Exemplar(trace, i / 3.0, 1_790_000_000_000L - i)));
      }
      seeds.add(ExemplarRecord.write(all).toByteArray());
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    long before = FuzzTarget.allocated();
    List<SeriesExemplar> read;
    try {
      read = ExemplarRecord.read(new ByteReader(input, FILE, 8));
    } catch (CorruptDataException refused) {
      FuzzTarget.bounded(before, input.length);
      return;
    }
    FuzzTarget.bounded(before, input.length);
    byte[] written = ExemplarRecord.write(read).toByteArray();
    try {
      if (!ExemplarRecord.read(new ByteReader(written, FILE, 8)).equals(read)) {
        throw new AssertionError("written again they are others: " + read);
      }
    } catch (CorruptDataException e) {
      throw new AssertionError("what was written from a record is none", e);
    }
  }
}
