package dev.mangru.logindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.logindex.schema.ByteSink;
import dev.mangru.logindex.schema.WalBatch;
import dev.mangru.logindex.shard.Shard;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore.AppendReport;
import dev.mangru.model.log.LogStore.Direction;
import dev.mangru.model.log.LogStore.Hit;
import dev.mangru.model.log.LogStore.Tail;
import dev.mangru.model.log.Severity;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.CrashDisk;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogIndexTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final long NOW_NS = RecordIntake.nanos(NOW);
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final Labels APP = Labels.of("app", "shop");

  @TempDir Path directory;

  private Path logs() {
    return directory.resolve("logs");
  }

  private LogIndexOptions options() {
    return LogIndexOptions.defaults(logs());
  }

  private static LogRecord record(long timestampNs, String line) {
    return new LogRecord(timestampNs, APP, Severity.INFO, line, Labels.empty());
  }

  private static LogQuery all(TextFilter... filters) {
    return new LogQuery(0, Long.MAX_VALUE, List.of(), List.of(filters), Set.of());
  }

  private static List<LogRecord> found(LogIndex index, TextFilter... filters) {
    return index.search(all(filters), Direction.OLDEST_FIRST, 1_000, null).hits().stream()
        .map(Hit::record)
        .toList();
  }

  // ---- what is taken ---------------------------------------------------------------------------

  @Test
  void records_outside_the_accept_window_are_refused_and_counted() throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      long retention = Duration.ofDays(30).toNanos();
      long ahead = Duration.ofMinutes(10).toNanos();
      AppendReport report =
          index.append(
              List.of(
                  record(NOW_NS - retention - 1, "too old"),
                  record(NOW_NS - retention, "just in time"),
                  record(NOW_NS + ahead, "barely ahead"),
                  record(NOW_NS + ahead + 1, "too far ahead"),
                  record(Long.MIN_VALUE, "before all"),
                  record(Long.MAX_VALUE, "after all")));
      assertThat(report.accepted()).isEqualTo(2);
      assertThat(report.rejected())
          .isEqualTo(
              Map.of(
                  "older than 30 days, the retention of logs; raise it, or leave such lines out",
                  2,
                  "more than 10 minutes in the future; look at the sender's clock and at the unit of"
                      + " its times",
                  2));
      assertThat(found(index)).hasSize(2);
    }
  }

  @Test
  void streams_with_too_many_or_too_large_labels_are_refused() throws Exception {
    Labels.Builder many = Labels.builder();
    for (int i = 0; i <= 40; i++) {
      many.set("l" + i, "x");
    }
    Labels large = Labels.of("a", "x".repeat(20_000));
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      AppendReport report =
          index.append(
              List.of(
                  new LogRecord(NOW_NS, many.build(), Severity.INFO, "x", Labels.empty()),
                  new LogRecord(NOW_NS, large, Severity.INFO, "x", Labels.empty()),
                  new LogRecord(
                      NOW_NS, Labels.empty(), Severity.INFO, "no label", Labels.empty())));
      assertThat(report.accepted()).isEqualTo(1);
      assertThat(report.rejected())
          .isEqualTo(
              Map.of(
                  "more than 40 stream labels; send what varies as attributes",
                  1,
                  "stream labels of more than 16384 bytes; send long values as attributes",
                  1));
    }
  }

  @Test
  void many_large_streams_and_many_empty_lines_fit_into_the_write_ahead_log() {
    List<LogRecord> records = new ArrayList<>();
    for (int i = 0; i < 4_600; i++) { // 69 MB in all
      Labels stream = Labels.of("pod", i + "x".repeat(15_000));
      records.add(new LogRecord(NOW_NS, stream, Severity.INFO, "", Labels.empty()));
    }
    records.addAll(Collections.nCopies(500_000, record(NOW_NS, "")));
    List<LogRecord> split = new ArrayList<>();
    for (List<LogRecord> batch : LogIndex.batches(records)) {
      ByteSink bytes = new ByteSink();
      WalBatch.encode(batch, bytes);
      assertThat(bytes.length()).isLessThan(RecordLog.MAX_RECORD_BYTES / 2);
      split.addAll(batch);
    }
    assertThat(split.equals(records)).isTrue(); // without printing them all
  }

  @Test
  void a_long_line_is_cut_between_characters_and_says_so() throws Exception {
    LogIndexOptions options =
        options().withRecords(new LogIndexOptions.RecordLimits(100, 40, 1_000, 3, 50));
    try (LogIndex index = LogIndex.open(options, CLOCK)) {
      index.append(List.of(record(NOW_NS, "a" + "결".repeat(50))));
      LogRecord cut = found(index).getFirst();
      assertThat(cut.line()).isEqualTo("a" + "결".repeat(33));
      assertThat(cut.attributes().get("truncated_bytes")).isEqualTo("51");
    }
  }

  @Test
  void attributes_beyond_the_limit_are_dropped_and_counted() throws Exception {
    LogIndexOptions options =
        options().withRecords(new LogIndexOptions.RecordLimits(1_000, 40, 1_000, 2, 50));
    Labels attributes = Labels.of("a", "1", "b", "x".repeat(60), "c", "3", "d", "4");
    try (LogIndex index = LogIndex.open(options, CLOCK)) {
      index.append(List.of(new LogRecord(NOW_NS, APP, Severity.INFO, "x", attributes)));
      assertThat(found(index).getFirst().attributes().toMap())
          .isEqualTo(Map.of("a", "1", "c", "3", "dropped_attributes", "2"));
    }
  }

  @Test
  void halves_of_surrogate_pairs_are_replaced_and_unknown_severities_are_found_out()
      throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(
          List.of(
              new LogRecord(
                  NOW_NS, APP, Severity.UNKNOWN, "ERROR \ud83d x \ud83d\ude00", Labels.empty())));
      LogRecord record = found(index).getFirst();
      assertThat(record.line()).isEqualTo("ERROR \ufffd x \ud83d\ude00");
      assertThat(record.severity()).isEqualTo(Severity.ERROR);
    }
  }

  // ---- limits ----------------------------------------------------------------------------------

  @Test
  void a_search_that_reads_too_many_lines_says_how_to_narrow_it() throws Exception {
    LogIndexOptions options =
        options()
            .withSearches(new LogIndexOptions.SearchLimits(Duration.ofSeconds(30), 10, 100, 1));
    try (LogIndex index = LogIndex.open(options, CLOCK)) {
      List<LogRecord> records = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        records.add(record(NOW_NS, "a b"));
      }
      index.append(records);
      assertThatThrownBy(() -> found(index, new TextFilter("a c", true)))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_LIMIT));
      assertThatThrownBy(() -> index.search(all(), Direction.OLDEST_FIRST, 101, null))
          .hasMessageContaining("1 to 100");
      assertThatThrownBy(() -> index.search(all(), Direction.OLDEST_FIRST, 1, "nonsense!"))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA));
      try (Tail _ = index.tail(all(), record -> {})) {
        assertThatThrownBy(() -> index.tail(all(), record -> {}))
            .isInstanceOfSatisfying(
                MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
      }
    }
  }

  @Test
  void a_search_that_takes_too_long_is_ended() throws Exception {
    long[] tick = {0};
    LogIndexOptions options =
        new LogIndexOptions(
            logs(),
            Duration.ofDays(30),
            Duration.ofDays(1),
            Duration.ofMinutes(10),
            LogIndexOptions.RecordLimits.DEFAULT,
            LogIndexOptions.SearchLimits.DEFAULT,
            LogIndexOptions.Writing.DEFAULT,
            dev.mangru.model.disk.Disk.REAL,
            () -> tick[0] += Duration.ofSeconds(20).toNanos());
    try (LogIndex index = LogIndex.open(options, CLOCK)) {
      index.append(List.of(record(NOW_NS, "x"), record(NOW_NS - 48 * HOUR_NS, "y")));
      LogQuery forever =
          new LogQuery(Long.MIN_VALUE, Long.MAX_VALUE, List.of(), List.of(), Set.of());
      assertThatThrownBy(() -> index.histogram(forever, 10))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA));
      LogQuery month =
          new LogQuery(NOW_NS - 700 * HOUR_NS, NOW_NS + 1, List.of(), List.of(), Set.of());
      assertThatThrownBy(() -> index.histogram(month, 10))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
    }
  }

  @Test
  void a_full_disk_refuses_records_until_there_is_room() throws Exception {
    LogIndexOptions options =
        options()
            .withWriting(
                new LogIndexOptions.Writing(
                    1 << 20, 1 << 20, 1 << 20, Duration.ofSeconds(30), 1, Long.MAX_VALUE));
    try (LogIndex index = LogIndex.open(options, CLOCK)) {
      index.maintain(NOW);
      assertThatThrownBy(() -> index.append(List.of(record(NOW_NS, "x"))))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("free");
    }
  }

  @Test
  void a_directory_in_use_and_a_closed_store_are_told() throws Exception {
    LogIndex index = LogIndex.open(options(), CLOCK);
    assertThatThrownBy(() -> LogIndex.open(options(), CLOCK))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining(logs().toString())
        .hasMessageContaining("in use");
    index.close();
    index.close();
    assertThatThrownBy(() -> index.append(List.of(record(NOW_NS, "x"))))
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> found(index)).hasMessageContaining("closed");
  }

  // ---- upkeep ----------------------------------------------------------------------------------

  @Test
  void retention_removes_whole_shards() throws Exception {
    try (LogIndex index = LogIndex.open(options().withRetention(Duration.ofDays(3)), CLOCK)) {
      index.append(List.of(record(NOW_NS - 48 * HOUR_NS, "old"), record(NOW_NS, "new")));
      assertThat(found(index)).hasSize(2);
      index.maintain(NOW.plus(Duration.ofDays(3)));
      assertThat(found(index)).extracting(LogRecord::line).containsExactly("new");
      try (Stream<Path> shards = Files.list(logs().resolve("shards"))) {
        assertThat(shards.map(path -> path.getFileName().toString()))
            .containsExactly("2026-11-21T00+24h");
      }
    }
  }

  @Test
  void a_shard_whose_writer_was_put_to_rest_takes_late_records() throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(List.of(record(NOW_NS, "one")));
      index.maintain(NOW.plus(Duration.ofHours(1)));
      index.append(List.of(record(NOW_NS, "two")));
      assertThat(found(index)).extracting(LogRecord::line).containsExactly("one", "two");
    }
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      assertThat(found(index)).hasSize(2);
    }
  }

  @Test
  void a_change_of_shard_length_neither_loses_nor_doubles() throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(List.of(record(NOW_NS, "one")));
      index.commit();
      index.append(List.of(record(NOW_NS, "two")));
    }
    try (LogIndex index = LogIndex.open(options().withShard(Duration.ofHours(1)), CLOCK)) {
      index.append(List.of(record(NOW_NS, "three"), record(NOW_NS - 24 * HOUR_NS, "zero")));
      assertThat(found(index))
          .extracting(LogRecord::line)
          .containsExactly("zero", "one", "two", "three");
    }
  }

  @Test
  void indexing_that_fails_is_told_and_healed_without_losing_what_was_acknowledged()
      throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(List.of(record(NOW_NS, "one")));
      assertThat(found(index)).hasSize(1); // indexing runs behind: now its shard is there
      for (Shard shard : index.engine().shardsAsTheyAre().all()) {
        shard.close(); // Lucene loses its directory, as it does when the disk fails
      }
      index.append(List.of(record(NOW_NS, "two")));
      assertThatThrownBy(() -> found(index))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      assertThatThrownBy(() -> index.append(List.of(record(NOW_NS, "three"))))
          .hasMessageContaining("heal");
      index.maintain(NOW);
      index.append(List.of(record(NOW_NS, "four")));
      assertThat(found(index)).extracting(LogRecord::line).containsExactly("one", "two", "four");
    }
  }

  @Test
  void shards_never_overlap_though_their_length_changes() throws Exception {
    LogIndexOptions hourly = options().withShard(Duration.ofHours(1));
    try (LogIndex index = LogIndex.open(hourly, CLOCK)) {
      index.append(List.of(record(NOW_NS - 9 * HOUR_NS, "third hour")));
      index.commit();
    }
    Path shards = logs().resolve("shards");
    Path copy = directory.resolve("copy");
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(List.of(record(NOW_NS - 9 * HOUR_NS, "late")));
      assertThat(found(index)).hasSize(2); // the late one is indexed, and not committed
      index.append(List.of(record(NOW_NS, "noon"), record(NOW_NS - 36 * HOUR_NS, "yesterday")));
      assertThat(found(index)).hasSize(4);
      // A process that is killed when it has committed all shards but that of the third hour.
      TestFiles.copy(logs(), copy);
      index.commit();
      for (String later : List.of("2026-11-20T00+24h", "2026-11-21T12+1h")) {
        TestFiles.delete(copy.resolve("shards").resolve(later));
        TestFiles.copy(shards.resolve(later), copy.resolve("shards").resolve(later));
      }
    }
    TestFiles.delete(logs());
    TestFiles.copy(copy, logs());
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      assertThat(found(index))
          .extracting(LogRecord::line)
          .containsExactly("yesterday", "third hour", "late", "noon");
    }
  }

  @Test
  void damage_found_by_a_merge_costs_one_healing_and_ingest_goes_on() throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(List.of(record(NOW_NS, "the first segment")));
      index.commit();
      overwrite(file(logs().resolve("shards"), ".fdt"), 60, 1);
      int appended = 1;
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (index.engine().brokenBy() == null && System.nanoTime() < deadline) {
        index.append(List.of(record(NOW_NS + appended++, "another segment")));
        commitUnlessBroken(index);
      }
      assertThat(index.engine().brokenBy()).isInstanceOf(CorruptIndexException.class);
      for (int round = 0; round < 30; round++) {
        index.maintain(NOW);
        index.append(List.of(record(NOW_NS + appended++, "after healing")));
        index.commit();
      }
      assertThat(index.stats().heals()).isEqualTo(1);
      assertThat(index.engine().healthy()).isTrue();
      assertThat(index.histogram(all(), 1).total()).isEqualTo(appended);
    }
  }

  private static void commitUnlessBroken(LogIndex index) {
    try {
      index.commit();
    } catch (IOException e) {
      assertThat(index.engine().brokenBy()).as(e.toString()).isNotNull();
    }
  }

  @Test
  void a_shard_that_cannot_be_read_but_may_be_whole_is_left_where_it_is() throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(List.of(record(NOW_NS, "still here")));
    }
    Path segments = file(logs().resolve("shards"), "segments_");
    Path away = directory.resolve("away");
    Files.move(segments, away);
    Files.createDirectory(segments); // reading it fails, as on a disk that fails
    assertThatThrownBy(() -> LogIndex.open(options(), CLOCK))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2026-11-21T00+24h")
        .hasMessageContaining("left where it is");
    Files.delete(segments);
    Files.move(away, segments);
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      assertThat(found(index)).extracting(LogRecord::line).containsExactly("still here");
    }
  }

  @Test
  void retention_goes_on_while_commits_fail() throws Exception {
    CrashDisk disk = new CrashDisk(1);
    MappedDisk mapped = new MappedDisk(directory, disk);
    try (LogIndex index = LogIndex.open(options().withDisk(mapped), CLOCK)) {
      index.append(List.of(record(NOW_NS - 29 * 24 * HOUR_NS, "old"), record(NOW_NS, "new")));
      assertThat(found(index)).hasSize(2);
      disk.failAt(0, CrashDisk.Fault.FULL);
      assertThatThrownBy(() -> index.maintain(NOW.plus(Duration.ofDays(3))))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
      assertThat(found(index)).extracting(LogRecord::line).containsExactly("new");
      disk.capacity(Long.MAX_VALUE);
      index.maintain(NOW.plus(Duration.ofDays(3)));
      assertThat(index.engine().uncommittedBytes()).isZero();
    }
  }

  // ---- damage ----------------------------------------------------------------------------------

  private static void overwrite(Path file, long offset, int bytes) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(offset);
      for (int i = 0; i < bytes; i++) {
        access.write(0x5a);
      }
    }
  }

  private static Path file(Path folder, String part) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(path -> path.getFileName().toString().contains(part))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void a_damaged_shard_is_set_aside_and_the_store_starts() throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      index.append(List.of(record(NOW_NS - 24 * HOUR_NS, "yesterday"), record(NOW_NS, "today")));
    }
    assertThat(LogIndexCheck.check(logs()).sound()).isTrue();
    assertThat(LogIndexCheck.check(logs()).checked().getFirst()).contains("2 shards", "2 records");
    Path shard = logs().resolve("shards/2026-11-20T00+24h");
    overwrite(file(shard, "segments_"), 0, 20);
    assertThat(LogIndexCheck.check(logs()).problems())
        .singleElement()
        .asString()
        .contains(shard.toString());
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      assertThat(found(index)).extracting(LogRecord::line).containsExactly("today");
      SimpleMeterRegistry registry = new SimpleMeterRegistry();
      new LogIndexMetrics(index).bindTo(registry);
      assertThat(registry.get("mangru.logs.shards.damaged").gauge().value()).isEqualTo(1);
      index.append(List.of(record(NOW_NS - 24 * HOUR_NS, "late")));
      assertThat(found(index)).hasSize(2);
      assertThat(registry.get("mangru.logs.records").functionCounter().count()).isEqualTo(1);
    }
    assertThat(LogIndexCheck.check(logs()).problems())
        .singleElement()
        .asString()
        .contains("set aside");
  }

  @Test
  void a_flipped_bit_in_stored_lines_is_found_by_the_check() throws Exception {
    try (LogIndex index = LogIndex.open(options(), CLOCK)) {
      List<LogRecord> records = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        records.add(record(NOW_NS, "line " + i));
      }
      index.append(records);
    }
    Path stored = file(logs().resolve("shards"), ".fdt");
    overwrite(stored, Files.size(stored) / 2, 1);
    assertThat(LogIndexCheck.check(logs()).problems())
        .singleElement()
        .asString()
        .contains("2026-11-21T00+24h", "segment");
  }

  @Test
  void a_damaged_write_ahead_log_is_set_aside_and_what_was_before_the_damage_is_kept()
      throws Exception {
    LogIndexOptions options =
        options()
            .withWriting(
                new LogIndexOptions.Writing(
                    1 << 20, 1 << 20, 1 << 10, Duration.ofDays(1), 1L << 40, 0));
    Path copy = directory.resolve("copy");
    try (LogIndex index = LogIndex.open(options, CLOCK)) {
      for (int i = 0; i < 10; i++) {
        index.append(List.of(record(NOW_NS + i, i + " " + "x".repeat(600))));
      }
      TestFiles.copy(logs(), copy); // as after a crash: nothing is committed
    }
    overwrite(file(copy.resolve("wal"), "00000003.log"), 100, 4);
    assertThat(LogIndexCheck.check(copy).problems())
        .singleElement()
        .asString()
        .contains("00000003.log");
    LogIndexOptions damaged =
        new LogIndexOptions(
            copy,
            options.retention(),
            options.shard(),
            options.acceptAhead(),
            options.records(),
            options.searches(),
            options.writing(),
            options.disk(),
            options.ticker());
    try (LogIndex index = LogIndex.open(damaged, CLOCK)) {
      List<LogRecord> kept = found(index);
      assertThat(kept).hasSizeBetween(1, 9);
      assertThat(kept.getFirst().line()).startsWith("0 ");
      index.append(List.of(record(NOW_NS + 100, "and on it goes")));
      assertThat(found(index)).hasSize(kept.size() + 1);
    }
    assertThat(copy.resolve("wal.damaged-1")).isDirectory();
  }
}
