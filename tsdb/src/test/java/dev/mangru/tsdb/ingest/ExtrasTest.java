package dev.mangru.tsdb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Exemplars, metadata and start timestamps, of series the batch does not know and of those it
/// does.
class ExtrasTest {

  private static final Labels SERIES = Labels.of("__name__", "requests_total", "job", "shop");
  private static final Exemplar EXEMPLAR = new Exemplar(Labels.of("trace_id", "7a"), 0.5, 999);
  private static final long NOW = 1_700_000_000_000L;

  private final KnowingBatch batch = new KnowingBatch();

  private static byte[] v1() {
    return new ProtobufWriter()
        .message(
            1,
            series ->
                series
                    .message(1, l -> l.string(1, "__name__").string(2, "requests_total"))
                    .message(1, l -> l.string(1, "job").string(2, "shop"))
                    .message(2, sample -> sample.doubleField(1, 4).varint(2, NOW))
                    .message(
                        3,
                        exemplar ->
                            exemplar
                                .message(1, l -> l.string(1, "trace_id").string(2, "7a"))
                                .doubleField(2, 0.5)
                                .varint(3, 999)))
        .message(3, m -> m.varint(1, 1).string(2, "requests_total").string(4, "Requests."))
        .message(3, m -> m.varint(1, 99).string(2, "odd").string(5, "seconds"))
        .message(3, m -> m.varint(1, 1))
        .toByteArray();
  }

  @Test
  void version_1_hands_over_exemplars_and_metadata() {
    for (int round = 0; round < 2; round++) {
      Extras extras = new Extras(true, true);
      byte[] body = v1();
      RemoteWriteSummary summary = RemoteWriteV1.decode(body, 0, body.length, batch, extras);
      assertThat(summary.exemplars()).isEqualTo(1);
      assertThat(summary.metadata()).isEqualTo(3);
      assertThat(summary.complete()).isTrue();
      assertThat(extras.exemplars()).containsExactly(new SeriesExemplar(SERIES, EXEMPLAR));
      assertThat(extras.metadata())
          .containsExactly(
              Map.entry(
                  "requests_total",
                  new MetricMetadata(MetricMetadata.Type.COUNTER, "Requests.", "")),
              Map.entry("odd", new MetricMetadata(MetricMetadata.Type.UNKNOWN, "", "seconds")));
    }
    assertThat(batch.defined).isEqualTo(1);
    assertThat(batch.samples).hasSize(2);
  }

  private static final String[] SYMBOLS = {
    "", "__name__", "requests_total", "job", "shop", "trace_id", "7a", "Requests.", "seconds"
  };

  private static ProtobufWriter symbols() {
    ProtobufWriter request = new ProtobufWriter();
    for (String symbol : SYMBOLS) {
      request.string(4, symbol);
    }
    return request;
  }

  private static ProtobufWriter references(ProtobufWriter out, int... references) {
    return out.message(
        1,
        packed -> {
          for (int reference : references) {
            packed.rawVarint(reference);
          }
        });
  }

  private static byte[] v2(int traceReference, int helpReference) {
    return symbols()
        .message(
            5,
            series ->
                references(series, 1, 2, 3, 4)
                    .message(2, sample -> sample.doubleField(1, 4).varint(2, NOW))
                    .message(
                        4,
                        exemplar ->
                            references(exemplar, 5, traceReference)
                                .doubleField(2, 0.5)
                                .varint(3, 999))
                    .message(5, m -> m.varint(1, 1).varint(3, helpReference).varint(4, 8)))
        .toByteArray();
  }

  @Test
  void version_2_hands_over_exemplars_and_metadata() {
    for (int round = 0; round < 2; round++) {
      Extras extras = new Extras(true, true);
      byte[] body = v2(6, 7);
      RemoteWriteSummary summary = RemoteWriteV2.decode(body, 0, body.length, batch, extras);
      assertThat(summary.exemplars()).isEqualTo(1);
      assertThat(summary.metadata()).isEqualTo(1);
      assertThat(extras.exemplars()).containsExactly(new SeriesExemplar(SERIES, EXEMPLAR));
      assertThat(extras.metadata())
          .containsExactly(
              Map.entry(
                  "requests_total",
                  new MetricMetadata(MetricMetadata.Type.COUNTER, "Requests.", "seconds")));
    }
    assertThat(batch.defined).isEqualTo(1);
  }

  @Test
  void exemplars_and_metadata_that_name_missing_symbols_are_left_out_and_told() {
    for (int round = 0; round < 2; round++) {
      Extras extras = new Extras(true, true);
      byte[] body = v2(77, 88);
      RemoteWriteSummary summary = RemoteWriteV2.decode(body, 0, body.length, batch, extras);
      assertThat(extras.exemplars()).isEmpty();
      assertThat(extras.metadata()).isEmpty();
      assertThat(summary.samples()).isEqualTo(1);
      assertThat(summary.complete()).isFalse();
      assertThat(summary.describeMissing())
          .isEqualTo(
              "2 exemplars or metadata left out: an exemplar of series"
                  + " {__name__=\"requests_total\", job=\"shop\"}: label reference 77 is beyond the"
                  + " 9 symbols; metadata of series {__name__=\"requests_total\", job=\"shop\"}:"
                  + " help reference 88 is beyond the 9 symbols");
    }
  }

  @Test
  void a_start_of_the_sample_comes_before_one_of_the_series() {
    byte[] body =
        symbols()
            .message(
                5,
                series ->
                    references(series, 1, 2)
                        .message(2, s -> s.doubleField(1, 4).varint(2, NOW).varint(3, NOW - 9))
                        .message(2, s -> s.doubleField(1, 5).varint(2, NOW + 1))
                        .message(2, s -> s.varint(2, NOW + 2).varint(3, 3))
                        .varint(6, NOW - 100))
            .toByteArray();
    for (int round = 0; round < 2; round++) {
      batch.samples.clear();
      RemoteWriteV2.decode(body, batch);
      assertThat(batch.samples)
          .containsExactly(
              "requests_total 1700000000000 1699999999991 4010000000000000",
              "requests_total 1700000000001 1699999999900 4014000000000000",
              "requests_total 1700000000002 3 0");
    }
  }

  @Test
  void a_histogram_that_is_wrong_is_left_out_of_a_series_that_is_right() {
    byte[] body =
        symbols()
            .message(
                5,
                series ->
                    references(series, 1, 2)
                        .message(3, h -> h.varint(15, NOW).varint(1, 5))
                        .message(3, h -> h.varint(15, NOW + 1).varint(17, 7)))
            .toByteArray();
    for (int round = 0; round < 2; round++) {
      RemoteWriteSummary summary = RemoteWriteV2.decode(body, batch);
      assertThat(summary.histograms()).isEqualTo(1);
      assertThat(summary.badHistograms()).isEqualTo(1);
      assertThat(summary.complete()).isFalse();
      assertThat(summary.describeMissing())
          .isEqualTo(
              "1 native histograms left out: a native histogram of series"
                  + " {__name__=\"requests_total\"}: at 1700000000000: 0"
                  + " observations are in buckets, and the count is 5");
    }
    assertThat(batch.samples).hasSize(2);
    assertThat(batch.samples.getFirst()).startsWith("requests_total 1700000000001 7 ");
  }
}
