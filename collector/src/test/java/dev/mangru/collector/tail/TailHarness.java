package dev.mangru.collector.tail;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// A tailer with a hand-cranked clock, and a server that takes what it is offered while it is up.
final class TailHarness implements AutoCloseable {

  /// A record that arrived.
  record Arrived(String text, long timestampNs, Labels labels) {}

  final Path logs;
  private final TailOptions options;
  private final List<LogBatch> unacknowledged = new ArrayList<>();
  private final List<Arrived> arrived = new ArrayList<>();
  private Tailer tailer;
  private long ticks;
  private Instant now;
  private boolean up = true;

  TailHarness(Path folder, LogFormat format) throws IOException {
    this(folder, format, options -> options);
  }

  /// The clock starts just after now: files made before count as old, files made later have birth
  /// times of the real clock, so it is set back to zero for tests of new files.
  TailHarness(Path folder, LogFormat format, UnaryOperator<TailOptions> change) throws IOException {
    logs = Files.createDirectories(folder.resolve("logs"));
    options =
        change.apply(
            TailOptions.defaults(folder.resolve("data"), "host-1")
                .withSources(
                    List.of(new LogSource(logs + "/**/*.log", format, "test")), List.of()));
    // The first start is long ago, so that every file of the test is new.
    now = Instant.ofEpochSecond(1_000_000);
    tailer = open();
    now = Instant.parse("2026-01-02T03:04:05Z");
  }

  private Tailer open() throws IOException {
    return Tailer.open(options, Disk.REAL, () -> now, () -> ticks);
  }

  /// Makes the first start happen now: files that exist are old.
  static TailHarness firstStart(Path folder, LogFormat format, UnaryOperator<TailOptions> change)
      throws IOException {
    TailHarness harness = new TailHarness(folder, format, change);
    harness.tailer.close();
    Files.delete(folder.resolve("data").resolve(PositionFile.NAME));
    harness.now = Instant.now().plusSeconds(1);
    harness.tailer = harness.open();
    return harness;
  }

  TailStats stats() {
    return tailer.stats();
  }

  void serverUp(boolean isUp) {
    up = isUp;
  }

  Path write(String name, String text) throws IOException {
    Path file = logs.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(
        file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return file;
  }

  /// Lets time pass and reads everything that is new; the server acknowledges it.
  void pass() throws IOException {
    pass(Duration.ofMillis(1_001));
  }

  void pass(Duration later) throws IOException {
    read(later);
    acknowledge();
  }

  /// Reads without acknowledging.
  void read(Duration later) {
    ticks += later.toNanos();
    now = now.plus(later);
    while (tailer.pass(this::take)) {
      // More at once.
    }
  }

  private boolean take(LogBatch batch) {
    if (!up) {
      return false;
    }
    unacknowledged.add(batch);
    for (LogBatch.StreamLines lines : batch.streams()) {
      for (int i = 0; i < lines.count(); i++) {
        String text =
            new String(lines.buffer(), lines.start(i), lines.length(i), StandardCharsets.UTF_8);
        arrived.add(new Arrived(text, lines.timestampNs(i), lines.labels()));
      }
    }
    return true;
  }

  void acknowledge() throws IOException {
    for (LogBatch batch : unacknowledged) {
      tailer.acknowledge(batch);
    }
    unacknowledged.clear();
  }

  /// As after kill -9: what was not acknowledged is forgotten.
  void killAndRestart() throws IOException {
    unacknowledged.clear();
    // The old tailer is left alone with its open files, as a dead process would be.
    tailer = open();
  }

  List<Arrived> arrived() {
    return List.copyOf(arrived);
  }

  /// The texts that arrived since the last call.
  List<String> take() {
    List<String> texts = arrived.stream().map(Arrived::text).toList();
    arrived.clear();
    return texts;
  }

  @Override
  public void close() throws IOException {
    tailer.close();
  }
}
