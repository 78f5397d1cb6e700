package dev.mangru.bench;

import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.tsdb.ingest.Extras;
import dev.mangru.tsdb.ingest.RemoteWriteSummary;
import dev.mangru.tsdb.ingest.RemoteWriteV1;
import dev.mangru.tsdb.ingest.RemoteWriteV2;
import dev.mangru.tsdb.ingest.SampleBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Nanoseconds a sample from a decompressed body to a batch: 2,000 series of 25 labels and about
/// 450 bytes with one sample each, as Prometheus sends them in steady state. The batch counts;
/// storing is not in it.
///
/// `known` is what nearly every body is: the batch has seen all of its series. `fresh` is the
/// churn: it has seen none, so labels are read and objects made.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class RemoteWriteBenchmark {

  private static final int SERIES = 2_000;
  private static final long NOW_MS = 1_767_225_600_123L;

  private byte[] first;
  private byte[] second;
  private final Counting batch = new Counting();

  /// Makes a body of each version, and lets the batch see both.
  @Setup(Level.Trial)
  public void encode() {
    List<String[]> series = new ArrayList<>();
    for (int i = 0; i < SERIES; i++) {
      series.add(labels(i));
    }
    first = version1(series);
    second = version2(series);
    RemoteWriteV1.decode(first, batch);
    RemoteWriteV2.decode(second, batch);
  }

  /// Names and values by turns; 40 series a target, which share all but the name.
  private static String[] labels(int i) {
    List<String> pairs = new ArrayList<>(List.of("__name__", "container_metric_total_" + i % 40));
    for (int j = 0; j < 24; j++) {
      pairs.add("label_" + (char) ('a' + j));
      pairs.add(j % 3 == 0 ? "target-" + i / 40 : "value-" + j);
    }
    return pairs.toArray(String[]::new);
  }

  private static byte[] version1(List<String[]> series) {
    ProtobufWriter body = new ProtobufWriter();
    for (String[] pairs : series) {
      body.message(
          1,
          out -> {
            for (int i = 0; i < pairs.length; i += 2) {
              String name = pairs[i];
              String value = pairs[i + 1];
              out.message(1, label -> label.string(1, name).string(2, value));
            }
            out.message(2, sample -> sample.doubleField(1, 1.5).varint(2, NOW_MS));
          });
    }
    return body.toByteArray();
  }

  private static byte[] version2(List<String[]> series) {
    Map<String, Integer> symbols = new HashMap<>();
    ProtobufWriter body = new ProtobufWriter().string(4, "");
    for (String[] pairs : series) {
      for (String text : pairs) {
        if (symbols.putIfAbsent(text, symbols.size() + 1) == null) {
          body.string(4, text);
        }
      }
    }
    for (String[] pairs : series) {
      body.message(
          5,
          out ->
              out.message(
                      1,
                      references -> {
                        for (String text : pairs) {
                          references.rawVarint(symbols.getOrDefault(text, 0));
                        }
                      })
                  .message(2, sample -> sample.doubleField(1, 1.5).varint(2, NOW_MS)));
    }
    return body.toByteArray();
  }

  private static Extras nothing() {
    return new Extras(false, false);
  }

  /// Remote write 1.0, all series known.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public RemoteWriteSummary version1Known() {
    batch.rewind();
    return RemoteWriteV1.decode(first, 0, first.length, batch, nothing());
  }

  /// Remote write 2.0, all series known.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public RemoteWriteSummary version2Known() {
    batch.rewind();
    return RemoteWriteV2.decode(second, 0, second.length, batch, nothing());
  }

  /// Remote write 1.0, no series known.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public RemoteWriteSummary version1Fresh() {
    return RemoteWriteV1.decode(first, 0, first.length, new Counting(), nothing());
  }

  /// Remote write 2.0, no series known.
  @Benchmark
  @OperationsPerInvocation(SERIES)
  public RemoteWriteSummary version2Fresh() {
    return RemoteWriteV2.decode(second, 0, second.length, new Counting(), nothing());
  }

  /// Knows series in the order they came in, and adds up what it is given.
  private static final class Counting implements SampleBatch {

    private final long[] firsts = new long[2 * SERIES];
    private final long[] seconds = new long[2 * SERIES];
    private int count;
    private int next;
    private long sum;

    void rewind() {
      next = 0;
    }

    @Override
    public int seriesOf(long hash1, long hash2) {
      // Bodies come alternately, each in its order: the next one, or the first of the other.
      for (int i = 0; i < 2; i++) {
        int at = (next + i * SERIES) % firsts.length;
        if (at < count && firsts[at] == hash1 && seconds[at] == hash2) {
          next = at + 1;
          return at;
        }
      }
      return -1;
    }

    @Override
    public int define(Labels labels, long hash1, long hash2) {
      firsts[count] = hash1;
      seconds[count] = hash2;
      return count++;
    }

    @Override
    public void add(int series, long timestampMs, long startMs, long valueBits) {
      sum += series ^ timestampMs ^ startMs ^ valueBits;
    }

    @Override
    public void add(int series, long timestampMs, long startMs, NativeHistogram histogram) {
      sum += histogram.count();
    }

    @Override
    public void append(Labels labels, long timestampMs, long startMs, double value) {
      throw new IllegalStateException("decoders add to series");
    }

    @Override
    public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
      throw new IllegalStateException("decoders add to series");
    }

    @Override
    public AppendSummary commit() {
      return new AppendSummary(sum, 0, List.of());
    }
  }
}
