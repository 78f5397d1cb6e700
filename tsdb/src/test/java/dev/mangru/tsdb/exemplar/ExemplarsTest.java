package dev.mangru.tsdb.exemplar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.ExemplarStore.OfSeries;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.codec.ByteReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExemplarsTest {

  private static final Labels UP = Labels.of("__name__", "up", "job", "a");
  private static final Labels DOWN = Labels.of("__name__", "down", "job", "a");
  private static final List<List<LabelMatcher>> ALL =
      List.of(List.of(LabelMatcher.equal("job", "a")));

  private final CrashDisk disk = new CrashDisk(1);

  private static Path folder(CrashDisk disk) {
    return disk.root().resolve("exemplars");
  }

  private static Exemplars open(CrashDisk disk, int max) throws IOException {
    return Exemplars.open(disk, folder(disk), new Exemplars.Limits(max, 1 << 20, 1_000));
  }

  private static SeriesExemplar exemplar(Labels series, long time, double value) {
    return new SeriesExemplar(series, new Exemplar(Labels.of("trace_id", "t" + time), value, time));
  }

  @Test
  void exemplars_are_given_back_by_series_and_time() throws IOException {
    try (Exemplars store = open(disk, 10)) {
      assertThat(store.add(List.of(exemplar(UP, 5, 1), exemplar(DOWN, 3, 2), exemplar(UP, 7, 3))))
          .isEqualTo(3);
      List<OfSeries> found = store.select(new TimeRange(4, 7), ALL);
      assertThat(found).hasSize(1);
      assertThat(found).extracting(OfSeries::series).containsExactly(UP);
      assertThat(found.getFirst().exemplars())
          .extracting(Exemplar::value)
          .containsExactly(1.0, 3.0);
      assertThat(store.select(TimeRange.ALL, ALL))
          .extracting(each -> each.series().metricName())
          .containsExactly("down", "up");
      assertThat(store.select(TimeRange.ALL, List.of())).isEmpty();
    }
  }

  @Test
  void a_repeat_counts_as_stored_and_an_older_one_does_not() throws IOException {
    try (Exemplars store = open(disk, 10)) {
      assertThat(store.add(List.of(exemplar(UP, 5, 1)))).isEqualTo(1);
      assertThat(store.add(List.of(exemplar(UP, 5, 1)))).isEqualTo(1);
      assertThat(store.add(List.of(exemplar(UP, 4, 1), exemplar(UP, 5, 0)))).isZero();
      assertThat(store.add(List.of(exemplar(UP, 5, 2)))).as("a larger value, same time").isOne();
      assertThat(store.count()).isEqualTo(2);
      assertThat(store.outOfOrder()).isEqualTo(2);
    }
  }

  @Test
  void labels_that_are_too_long_are_not_stored() throws IOException {
    try (Exemplars store = open(disk, 10)) {
      Labels labels = Labels.of("trace_id", "x".repeat(Exemplar.MAX_LABEL_CHARACTERS));
      assertThat(store.add(List.of(new SeriesExemplar(UP, new Exemplar(labels, 1, 1))))).isZero();
      assertThat(store.tooLong()).isEqualTo(1);
    }
  }

  @Test
  void the_oldest_go_first_and_take_their_series_along() throws IOException {
    try (Exemplars store = open(disk, 3)) {
      store.add(List.of(exemplar(DOWN, 1, 1)));
      for (int i = 1; i <= 3; i++) {
        store.add(List.of(exemplar(UP, i, i)));
      }
      assertThat(store.count()).isEqualTo(3);
      assertThat(store.seriesCount()).isEqualTo(1);
      assertThat(store.select(TimeRange.ALL, ALL)).extracting(OfSeries::series).containsExactly(UP);
    }
  }

  @Test
  void memory_is_bounded_by_bytes_too() throws IOException {
    try (Exemplars store =
        Exemplars.open(disk, folder(disk), new Exemplars.Limits(1_000_000, 64 << 10, 1_000))) {
      for (int i = 0; i < 2_000; i++) {
        Labels series = Labels.of("__name__", "m", "id", "x".repeat(500) + i);
        store.add(List.of(exemplar(series, i, i)));
      }
      assertThat(store.bytes()).isBetween(1L, 64L << 10);
      assertThat(store.count()).isPositive();
    }
  }

  @Test
  void more_than_a_query_may_hold_is_an_error() throws IOException {
    try (Exemplars store =
        Exemplars.open(disk, folder(disk), new Exemplars.Limits(10, 1 << 20, 2))) {
      store.add(List.of(exemplar(UP, 1, 1), exemplar(UP, 2, 2), exemplar(UP, 3, 3)));
      assertThatThrownBy(() -> store.select(TimeRange.ALL, ALL))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_LIMIT))
          .hasMessageContaining("2 exemplars");
    }
  }

  @Test
  void a_closed_store_takes_nothing() throws IOException {
    Exemplars store = open(disk, 10);
    store.close();
    assertThatThrownBy(() -> store.add(List.of(exemplar(UP, 1, 1))))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void the_log_stays_in_proportion_to_what_is_kept() throws IOException {
    try (Exemplars store = open(disk, 100)) {
      for (int batch = 0; batch < 400; batch++) {
        List<SeriesExemplar> some = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          some.add(exemplar(UP, batch * 200L + i, i));
        }
        store.add(some);
      }
    }
    long bytes = 0;
    for (Path file : disk.list(folder(disk))) {
      bytes += disk.open(file).length();
    }
    assertThat(bytes)
        .as("80,000 exemplars of about 30 bytes came, 100 are kept")
        .isLessThan(1_500_000);
    try (Exemplars store = open(disk, 100)) {
      assertThat(store.select(TimeRange.ALL, ALL).getFirst().exemplars())
          .hasSize(100)
          .last()
          .extracting(Exemplar::timestampMs)
          .isEqualTo(79_999L);
    }
  }

  @Seeds(200)
  void what_was_synced_survives_power_cuts_in_order(long seed) throws IOException {
    Random random = new Random(seed);
    CrashDisk crashing = new CrashDisk(seed);
    long time = 0;
    List<Long> sent = new ArrayList<>();
    for (int life = 0; life < 4; life++) {
      crashing.powerOffAt(5 + random.nextInt(60));
      try (Exemplars store = open(crashing, 50)) {
        for (int i = 0; i < 40; i++) {
          time++;
          sent.add(time);
          store.add(List.of(exemplar(UP, time, (double) time)));
        }
      } catch (IOException | MangruException e) {
        assertThat(crashing.off()).as("only the power cut fails: " + e).isTrue();
      }
      crashing.powerOff();
      crashing = crashing.reboot();
      try (Exemplars store = open(crashing, 50)) {
        for (var series : store.select(TimeRange.ALL, ALL)) {
          assertThat(series.exemplars())
              .allSatisfy(each ->
                  assertThat(each)
                      .isEqualTo(
                          exemplar(UP, each.timestampMs(), (double) each.timestampMs()).exemplar()))
              .extracting(Exemplar::timestampMs)
              .isSorted()
              .isSubsetOf(sent)
              .doesNotHaveDuplicates();
        }
      }
      // That store was closed in order, so what it held is on stable storage.
      CrashDisk before = crashing;
      long count;
      try (Exemplars store = open(before, 50)) {
        count = store.count();
      }
      crashing.powerOff();
      crashing = crashing.reboot();
      try (Exemplars store = open(crashing, 50)) {
        assertThat(store.count()).isEqualTo(count);
      }
    }
  }

  @Test
  void a_damaged_log_is_set_aside() throws IOException {
    try (Exemplars store = open(disk, 10)) {
      store.add(List.of(exemplar(UP, 1, 1)));
      store.add(List.of(exemplar(UP, 2, 2)));
    }
    Path segment = folder(disk).resolve("00000001.log");
    // The record checks out, and its version is unknown.
    byte[] bad = {9, 0};
    CRC32C crc = new CRC32C();
    crc.update(new byte[] {2, 0, 0, 0});
    crc.update(bad);
    ByteBuffer record = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(2).putInt((int) crc.getValue()).put(bad).flip();
    try (var file = disk.append(segment)) {
      file.write(record);
      file.sync();
    }
    assertThat(Exemplars.check(disk, folder(disk)).problems())
        .singleElement()
        .asString()
        .contains("00000001.log", "version 1", "9");
    try (Exemplars store = open(disk, 10)) {
      assertThat(store.count()).isZero();
      assertThat(disk.exists(folder(disk).resolve("00000001.log.damaged"))).isTrue();
      assertThat(store.add(List.of(exemplar(UP, 3, 3)))).isEqualTo(1);
    }
    assertThat(Exemplars.check(disk, folder(disk)).sound()).isTrue();
  }

  @Test
  void the_worked_example_of_the_format_is_what_is_written() throws CorruptDataException {
    SeriesExemplar one =
        new SeriesExemplar(
            Labels.of("__name__", "up"), new Exemplar(Labels.of("trace_id", "a"), 1.5, 1_000));
    byte[] bytes = ExemplarRecord.write(List.of(one)).toByteArray();
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "01010001085f5f6e616d655f5f02757"
                + "0d00f000000000000f83f01"
                + "0874726163655f69640161");
    assertThat(ExemplarRecord.read(new ByteReader(bytes, Path.of("x"), 0))).containsExactly(one);
  }

  @Seeds(200)
  void bytes_that_are_wrong_are_an_error_or_exemplars(long seed) {
    Random random = new Random(seed);
    byte[] bytes =
        ExemplarRecord.write(List.of(exemplar(UP, 1, 1), exemplar(DOWN, 2, 2), exemplar(UP, 3, 3)))
            .toByteArray();
    for (int i = 0; i < 3; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    try {
      assertThat(ExemplarRecord.read(new ByteReader(bytes, Path.of("x"), 0)).size())
          .isLessThanOrEqualTo(bytes.length);
    } catch (CorruptDataException e) {
      assertThat(e).hasMessageContaining("expected");
    }
  }

  /// Labels may be repeated by a few bytes each where they come from.
  @Test
  void exemplars_of_more_bytes_than_a_record_holds_are_kept(@TempDir Path real) throws IOException {
    String value = "v".repeat(4_000);
    List<SeriesExemplar> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Labels.Builder labels = Labels.builder().set("__name__", "m" + i);
      for (int k = 0; k < 63; k++) {
        labels.set("l" + k, value);
      }
      many.add(exemplar(labels.build(), i, i));
    }
    Exemplars.Limits limits = new Exemplars.Limits(1_000, 1L << 30, 1_000);
    try (Exemplars store = Exemplars.open(Disk.REAL, real, limits)) {
      assertThat(store.add(many)).isEqualTo(300);
    }
    try (Exemplars store = Exemplars.open(Disk.REAL, real, limits)) {
      assertThat(store.count()).isEqualTo(300);
    }
  }
}
