package dev.mangru.bench.torture;

import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// The process that is killed: checks what is there, then writes until the end.
///
/// Lines on standard output: `open MILLIS`, then `found WRITER BATCHES` for each writer, then `ack
/// WRITER BATCH` after each commit, or `wrong TEXT` and an exit with 1.
final class TortureWriter {

  private final Tsdb store;
  private final PrintStream out;
  private final AtomicLong newestMs = new AtomicLong(Script.START_MS);

  private TortureWriter(Path directory, PrintStream out) throws IOException {
    this.out = out;
    long began = System.nanoTime();
    TsdbOptions options =
        TsdbOptions.builder(directory)
            .maxAhead(Duration.ofDays(3_650))
            .retention(Duration.ofDays(3_650))
            .walSegmentBytes(64 << 10)
            .minFreeBytes(0)
            .build();
    store = Tsdb.open(options, () -> Instant.ofEpochMilli(newestMs.get()));
    say("open " + (System.nanoTime() - began) / 1_000_000);
  }

  /// Writes into the folder given.
  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    TortureWriter writer = new TortureWriter(Path.of(arguments[0]), out);
    long[] next = writer.found();
    for (int w = 0; w < Script.WRITERS; w++) {
      int number = w;
      Thread.ofPlatform().name("writer-" + w).start(() -> writer.write(number, next[number]));
    }
    writer.maintain();
  }

  /// Reads everything back and says how many batches of each writer are there. They must be the
  /// first ones, whole.
  private long[] found() {
    long[] batches = new long[Script.WRITERS];
    try (Querier querier = store.querier(TimeRange.ALL)) {
      SampleColumns columns = new SampleColumns();
      for (int w = 0; w < Script.WRITERS; w++) {
        batches[w] = found(querier, w, columns);
        say("found " + w + " " + batches[w]);
      }
    }
    return batches;
  }

  private long found(Querier querier, int writer, SampleColumns columns) {
    long total = 0;
    long highest = -1;
    for (Querier.Series series :
        querier.select(List.of(LabelMatcher.equal("writer", "w" + writer)))) {
      series.read(columns);
      int number = Integer.parseInt(series.labels().get("series").substring(1));
      long lived = -1;
      for (int i = 0; i < columns.count(); i++) {
        long offset = columns.timesMs()[i] - Script.timeMs(writer, 0);
        long batch = offset / Script.STEP_MS;
        boolean right =
            offset % Script.STEP_MS == 0
                && Double.doubleToRawLongBits(Script.value(writer, number, batch))
                    == Double.doubleToRawLongBits(columns.values()[i]);
        if (batch / Script.LIFE != lived) { // the labels can be others from here on
          lived = batch / Script.LIFE;
          right &= Script.labels(writer, number, batch).equals(series.labels());
        }
        if (!right) {
          throw wrong(series.labels() + " at " + columns.timesMs()[i] + " is not as written");
        }
        highest = Math.max(highest, batch);
      }
      total += columns.count();
    }
    if (total != (highest + 1) * Script.SERIES) {
      throw wrong(
          "writer %d has %d samples of %d batches of %d"
              .formatted(writer, total, highest + 1, Script.SERIES));
    }
    return highest + 1;
  }

  private void write(int writer, long from) {
    for (long batch = from; ; batch++) {
      long timeMs = Script.timeMs(writer, batch);
      newestMs.accumulateAndGet(timeMs, Math::max);
      Appender appender = store.appender();
      for (int series = 0; series < Script.SERIES; series++) {
        appender.append(
            Script.labels(writer, series, batch), timeMs, Script.value(writer, series, batch));
      }
      AppendSummary summary = appender.commit();
      if (summary.rejected() > 0) {
        throw wrong("batch " + batch + " was refused: " + summary.examples().getFirst());
      }
      say("ack " + writer + " " + batch);
    }
  }

  private void maintain() throws IOException {
    while (!Thread.currentThread().isInterrupted()) {
      store.maintain(Instant.ofEpochMilli(newestMs.get()));
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }

  private synchronized void say(String line) {
    out.println(line);
  }

  private IllegalStateException wrong(String text) {
    say("wrong " + text);
    Runtime.getRuntime().halt(1);
    return new IllegalStateException(text);
  }
}
