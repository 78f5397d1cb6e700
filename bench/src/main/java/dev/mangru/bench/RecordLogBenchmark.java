package dev.mangru.bench;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/// How many durable acknowledgements a second the write-ahead log gives. One writer waits for a
/// sync each; sixteen share one (group commit), which is what remote write and log shipping do.
///
/// It is the disk's `fdatasync` that is measured with one writer: compare the two, not machines.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 2)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class RecordLogBenchmark {

  /// A small record, and about what 2,000 compressed samples take.
  @Param({"256", "16384"})
  int recordBytes;

  private ScratchDirectory directory;
  private RecordLog log;
  private ByteBuffer record;

  /// Opens an empty log.
  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = ScratchDirectory.create();
    log =
        RecordLog.open(Disk.REAL, directory.path().resolve("wal"), "bench", 64 << 20, (_, _) -> {});
    byte[] bytes = new byte[recordBytes];
    new Random(1).nextBytes(bytes);
    record = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /// Removes it.
  @TearDown(Level.Trial)
  public void close() throws IOException {
    log.close();
    directory.close();
  }

  /// One writer: one sync for each record.
  @Benchmark
  @Threads(1)
  public void oneWriter() {
    log.append(record);
  }

  /// Sixteen writers at a time: a sync carries what gathered during the one before.
  @Benchmark
  @Threads(16)
  public void sixteenWriters() {
    log.append(record);
  }
}
