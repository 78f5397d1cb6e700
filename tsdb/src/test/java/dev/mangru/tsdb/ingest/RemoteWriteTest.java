package dev.mangru.tsdb.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.wire.ProtobufWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RemoteWriteTest {

  /// Writes samples down; refuses label values over 100 characters and more than a million samples.
  private static final class Notes implements Appender {
    final List<String> samples = new ArrayList<>();

    @Override
    public void append(Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
      throw MangruException.badData("this store keeps no native histograms");
    }

    @Override
    public void append(Labels labels, long timestampMs, long startMs, double value) {
      if (samples.size() == 1_000_000) {
        throw new MangruException(ErrorCode.BODY_TOO_LARGE, "too many");
      }
      for (int i = 0; i < labels.count(); i++) {
        if (labels.value(i).length() > 100) {
          throw MangruException.badData("the value of label " + labels.name(i) + " is too long");
        }
      }
      samples.add(
          labels + " " + timestampMs + " " + Long.toHexString(Double.doubleToRawLongBits(value)));
    }

    @Override
    public AppendSummary commit() {
      throw new IllegalStateException("decoding does not commit");
    }
  }

  private final Notes notes = new Notes();

  private static void series1(
      ProtobufWriter request, long timestampMs, double value, String... pairs) {
    request.message(
        1,
        series -> {
          for (int i = 0; i < pairs.length; i += 2) {
            String name = pairs[i];
            String text = pairs[i + 1];
            series.message(1, label -> label.string(1, name).string(2, text));
          }
          series.message(2, sample -> sample.doubleField(1, value).varint(2, timestampMs));
        });
  }

  private static byte[] body1() {
    ProtobufWriter request = new ProtobufWriter();
    series1(request, 1_000, 1, "__name__", "up", "job", "망루", "zone", "😀");
    series1(request, -5, StaleMarker.VALUE, "job", "b", "__name__", "up");
    request.message(3, metadata -> metadata.varint(1, 1).string(2, "up"));
    return request.toByteArray();
  }

  private static void series2(
      ProtobufWriter request, long timestampMs, double value, int... references) {
    request.message(
        5,
        series -> {
          series.message(
              1,
              packed -> {
                for (int reference : references) {
                  packed.rawVarint(reference);
                }
              });
          series.message(
              2, sample -> sample.doubleField(1, value).varint(2, timestampMs).varint(3, 7));
          series.message(5, metadata -> metadata.varint(1, 1));
        });
  }

  private static ProtobufWriter symbols(String... symbols) {
    ProtobufWriter request = new ProtobufWriter();
    for (String symbol : symbols) {
      request.string(4, symbol);
    }
    return request;
  }

  private static byte[] body2() {
    ProtobufWriter request = symbols("", "__name__", "up", "job", "망루");
    series2(request, 1_000, 1, 1, 2, 3, 4);
    series2(request, -5, StaleMarker.VALUE, 3, 2, 1, 2);
    return request.toByteArray();
  }

  @Test
  void version_1_hands_over_every_sample_with_sorted_labels() {
    RemoteWriteSummary summary = RemoteWriteV1.decode(body1(), notes);
    assertThat(summary).isEqualTo(new RemoteWriteSummary(2, 2, 0, 0, 0, 0, 0, 1, 0, List.of()));
    assertThat(summary.complete()).isTrue();
    assertThat(notes.samples)
        .containsExactly(
            "up{job=\"망루\", zone=\"😀\"} 1000 3ff0000000000000",
            "up{job=\"b\"} -5 7ff0000000000002");
  }

  @Test
  void version_2_hands_over_every_sample_with_its_symbols() {
    RemoteWriteSummary summary = RemoteWriteV2.decode(body2(), notes);
    assertThat(summary).isEqualTo(new RemoteWriteSummary(2, 2, 0, 0, 0, 0, 0, 2, 0, List.of()));
    assertThat(notes.samples)
        .containsExactly(
            "up{job=\"망루\"} 1000 3ff0000000000000", "up{job=\"up\"} -5 7ff0000000000002");
  }

  @Test
  void samples_may_come_before_labels_and_symbols_after_series() {
    byte[] body1 =
        new ProtobufWriter()
            .message(
                1,
                series ->
                    series
                        .message(2, sample -> sample.varint(2, 3))
                        .message(1, label -> label.string(2, "up").string(1, "__name__")))
            .toByteArray();
    assertThat(RemoteWriteV1.decode(body1, notes).samples()).isEqualTo(1);
    ProtobufWriter body2 = new ProtobufWriter();
    series2(body2, 3, 0, 1, 2);
    body2.string(4, "").string(4, "__name__").string(4, "up");
    assertThat(RemoteWriteV2.decode(body2.toByteArray(), notes).samples()).isEqualTo(1);
    assertThat(notes.samples).containsExactly("up 3 0", "up 3 0");
  }

  @Test
  void histograms_that_a_store_does_not_keep_are_missing_and_exemplars_are_counted() {
    byte[] body =
        new ProtobufWriter()
            .message(
                1,
                series ->
                    series
                        .message(1, label -> label.string(1, "__name__").string(2, "h"))
                        .message(3, exemplar -> exemplar.varint(3, 1))
                        .message(4, histogram -> histogram.varint(15, 1))
                        .message(4, histogram -> histogram.varint(15, 2)))
            .toByteArray();
    RemoteWriteSummary summary = RemoteWriteV1.decode(body, notes);
    assertThat(summary.badSamples()).isEqualTo(2);
    assertThat(summary.exemplars()).isEqualTo(1);
    assertThat(summary.complete()).isFalse();
    assertThat(summary.describeMissing())
        .isEqualTo(
            "1 series with 2 samples left out: series {__name__=\"h\"}: this store keeps no native"
                + " histograms");
  }

  @Test
  void a_bad_series_is_left_out_and_named_while_the_others_are_appended() {
    ProtobufWriter request = new ProtobufWriter();
    series1(request, 1, 1, "__name__", "up", "a", "1", "a", "2");
    series1(request, 1, 1, "a", "1");
    series1(request, 1, 1, "__name__", "up", "", "1");
    series1(request, 1, 1, "__name__", "up", "long", "x".repeat(101));
    series1(request, 1, 1, "__name__", "up", "empty", "");
    RemoteWriteSummary summary = RemoteWriteV1.decode(request.toByteArray(), notes);
    assertThat(notes.samples).containsExactly("up 1 3ff0000000000000");
    assertThat(summary.series()).isEqualTo(1);
    assertThat(summary.badSeries()).isEqualTo(4);
    assertThat(summary.badSamples()).isEqualTo(4);
    assertThat(summary.problems().get(0))
        .contains("label \"a\" comes twice")
        .contains("__name__=\"up\"");
    assertThat(summary.problems().get(1)).contains("there is no metric name");
    assertThat(summary.problems().get(2)).contains("a label name is empty (value \"1\")");
    assertThat(summary.problems().get(3)).contains("the value of label long is too long");
    assertThat(summary.describeMissing()).startsWith("4 series with 4 samples left out: series {");
  }

  @Test
  void references_beyond_the_symbols_and_odd_ones_are_named() {
    ProtobufWriter request = symbols("", "__name__", "up");
    series2(request, 1, 1, 1, 9);
    series2(request, 1, 1, 1, 2, 1);
    series2(request, 1, 1, 1, 2);
    RemoteWriteSummary summary = RemoteWriteV2.decode(request.toByteArray(), notes);
    assertThat(notes.samples).hasSize(1);
    assertThat(summary.problems().get(0)).contains("label reference 9 is beyond the 3 symbols");
    assertThat(summary.problems().get(1)).contains("an odd number of label references: 3");
  }

  @Test
  void the_first_symbol_must_be_empty() {
    assertThatThrownBy(() -> RemoteWriteV2.decode(symbols("a").toByteArray(), notes))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("the first symbol must be the empty string");
  }

  @Test
  void a_version_1_body_sent_as_version_2_appends_nothing() {
    assertThat(RemoteWriteV2.decode(body1(), notes).samples()).isZero();
    assertThatThrownBy(
            () -> {
              ProtobufWriter request = new ProtobufWriter();
              series2(request, 1, 1, 1, 2);
              RemoteWriteV2.decode(request.toByteArray(), notes);
            })
        .hasMessageContaining("no symbols");
  }

  @Test
  void text_that_is_not_utf8_is_refused() {
    byte[] body =
        new ProtobufWriter()
            .message(
                1, series -> series.message(1, l -> l.bytes(1, new byte[] {(byte) 0xc3, 0x28})))
            .toByteArray();
    assertThatThrownBy(() -> RemoteWriteV1.decode(body, notes))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void a_body_of_nothing_but_symbols_meets_a_limit() {
    byte[] body = new byte[2 * (Symbols.MAX_SYMBOLS + 1)];
    for (int i = 0; i < body.length; i += 2) {
      body[i] = 4 << 3 | 2;
    }
    assertThatThrownBy(() -> RemoteWriteV2.decode(body, notes))
        .hasMessageContaining("1000000 symbols");
  }

  @Seeds(3_000)
  void hostile_bytes_are_refused_or_read_and_nothing_else(long seed) {
    Random random = new Random(seed);
    byte[] body = random.nextBoolean() ? body1() : body2();
    int changes = 1 + random.nextInt(1 + (int) (seed / 200));
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(body.length);
      switch (random.nextInt(4)) {
        case 0 -> body[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> body[at] = (byte) random.nextInt(256);
        case 2 -> body[at] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        default -> body = java.util.Arrays.copyOf(body, Math.max(1, at));
      }
    }
    for (int version = 1; version <= 2; version++) {
      notes.samples.clear();
      try {
        RemoteWriteSummary summary =
            version == 1 ? RemoteWriteV1.decode(body, notes) : RemoteWriteV2.decode(body, notes);
        assertThat(notes.samples).hasSizeLessThanOrEqualTo(body.length);
        assertThat(summary.samples()).isLessThanOrEqualTo(notes.samples.size());
      } catch (MangruException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.BAD_DATA);
        assertThat(e.text().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(1_000);
      }
    }
  }
}
