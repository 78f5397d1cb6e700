package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.ExemplarStore;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.Ticker;
import dev.mangru.model.time.TimeRange;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.BytesInFlight;
import dev.mangru.server.testkit.Wire;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.tenant.OneTenant;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/// What the write API answers, with a store that does as each test says.
class WriteApiTest {

  private static final Labels SERIES = Labels.of("__name__", "up", "job", "test");
  private static final String WRITTEN = "X-Prometheus-Remote-Write-";

  private final BytesInFlight inFlight = new BytesInFlight(64 << 20);
  private final List<String> appended = new ArrayList<>();
  private final List<SeriesExemplar> exemplars = new ArrayList<>();
  private final Map<String, MetricMetadata> metadata = new LinkedHashMap<>();
  private boolean keepsExemplars;
  private int released;
  private AppendSummary summary = new AppendSummary(0, 0, List.of());

  /// Answers each commit with `summary`.
  private final class Store implements MetricStore {

    @Override
    public Appender appender() {
      return new Appender() {
        @Override
        public void append(Labels labels, long timestampMs, long startMs, double value) {
          appended.add(labels + " " + timestampMs + " " + value);
        }

        @Override
        public void append(
            Labels labels, long timestampMs, long startMs, NativeHistogram histogram) {
          appended.add(labels + " " + timestampMs + " " + histogram);
        }

        @Override
        public AppendSummary commit() {
          assertThat(inFlight.held()).as("bytes held while the disk is waited for").isZero();
          if (summary.accepted() < 0) {
            throw new MangruException(ErrorCode.UNAVAILABLE, "the disk is full");
          }
          return summary;
        }
      };
    }

    @Override
    public Querier querier(TimeRange range) {
      throw new IllegalStateException("writing does not query");
    }

    @Override
    public void close() {}
  }

  /// Knows `anonymous` and one more, which are the same.
  private record OneNamed(String name, TenantMetrics metrics) implements Tenants {

    @Override
    public TenantMetrics forWriting(String tenant) {
      assertThat(tenant).isIn(Tenants.ANONYMOUS, name);
      return metrics;
    }

    @Override
    public TenantMetrics forReading(String tenant) {
      throw new IllegalStateException("writing does not read");
    }
  }

  private final class Exemplars implements ExemplarStore {
    @Override
    public long add(List<SeriesExemplar> batch) {
      if (!keepsExemplars) {
        return 0;
      }
      exemplars.addAll(batch);
      return batch.size();
    }

    @Override
    public List<OfSeries> select(TimeRange range, List<List<LabelMatcher>> selectors) {
      return List.of();
    }
  }

  private final class Metadata implements MetadataStore {
    @Override
    public void put(Map<String, MetricMetadata> byMetric) {
      metadata.putAll(byMetric);
    }

    @Override
    public List<MetricMetadata> find(String metric) {
      return List.of();
    }

    @Override
    public Map<String, List<MetricMetadata>> all(int limit) {
      return Map.of();
    }
  }

  private MockHttpServletResponse write(byte[] body, boolean keeping) throws IOException {
    return write(body, keeping, new String[0]);
  }

  private MockHttpServletResponse write(byte[] body, boolean keeping, String... tenants)
      throws IOException {
    keepsExemplars = keeping;
    Bodies bodies =
        new Bodies(
            new Bodies.BodyLimits(1 << 20, 1 << 20, Duration.ofSeconds(60)),
            inFlight,
            Ticker.SYSTEM);
    Store store = new Store();
    WriteApi api =
        new WriteApi(
            new OneNamed(
                "shop",
                new OneTenant(
                    store,
                    new PromqlEngine(store, PromqlOptions.defaults()),
                    new Exemplars(),
                    new Metadata(),
                    Optional.empty(),
                    () -> released++)),
            bodies,
            Ticker.SYSTEM);
    MockHttpServletRequest request = new MockHttpServletRequest("POST", "/api/v1/write");
    for (String tenant : tenants) {
      request.addHeader("X-Scope-OrgID", tenant);
    }
    request.setContentType("application/x-protobuf");
    request.setContent(Wire.snappy(body));
    MockHttpServletResponse response = new MockHttpServletResponse();
    api.write(request, response);
    assertThat(inFlight.held()).isZero();
    return response;
  }

  private static AppendSummary.Rejection rejection(AppendResult reason) {
    return new AppendSummary.Rejection(SERIES, 1, reason);
  }

  @Test
  void a_limit_that_passes_answers_429_and_tells_what_was_stored() throws Exception {
    summary =
        new AppendSummary(
            7,
            3,
            List.of(
                rejection(new AppendResult.OutOfOrder(5)),
                rejection(new AppendResult.TooManySeries(1000))));
    MockHttpServletResponse response = write(Wire.writeV1(SERIES, 1, 1), false);
    assertThat(response.getStatus()).isEqualTo(429);
    assertThat(response.getHeader("Retry-After")).isEqualTo("5");
    assertThat(response.getHeader(WRITTEN + "Samples-Written")).isEqualTo("7");
    assertThat(response.getContentAsString())
        .startsWith("7 samples stored; 3 rejected: ")
        .contains("too many series: the limit is 1000");
  }

  @Test
  void what_can_never_be_stored_answers_400() throws Exception {
    summary = new AppendSummary(2, 1, List.of(rejection(new AppendResult.OutOfOrder(5))));
    MockHttpServletResponse response = write(Wire.writeV1(SERIES, 1, 1), false);
    assertThat(response.getStatus()).isEqualTo(400);
    assertThat(response.getHeader("Retry-After")).isNull();
    assertThat(response.getContentAsString())
        .contains("2 samples stored", "1 rejected", "out of order");
  }

  @Test
  void a_store_that_cannot_write_answers_503_and_nothing_counts_as_written() throws Exception {
    summary = new AppendSummary(-1, 0, List.of());
    MockHttpServletResponse response = write(Wire.writeV1(SERIES, 1, 1), true);
    assertThat(response.getStatus()).isEqualTo(503);
    assertThat(response.getHeader("Retry-After")).isEqualTo("5");
    assertThat(response.getHeader(WRITTEN + "Samples-Written")).isEqualTo("0");
    assertThat(response.getContentAsString()).contains("the disk is full");
  }

  private static byte[] everything() {
    return new ProtobufWriter()
        .message(
            1,
            series ->
                series
                    .message(1, label -> label.string(1, "__name__").string(2, "up"))
                    .message(2, sample -> sample.doubleField(1, 1).varint(2, 1000))
                    .message(
                        3,
                        exemplar ->
                            exemplar
                                .message(1, label -> label.string(1, "trace_id").string(2, "7"))
                                .doubleField(2, 0.5)
                                .varint(3, 999))
                    .message(4, histogram -> histogram.varint(15, 2000)))
        .message(3, about -> about.varint(1, 2).string(2, "up").string(4, "Whether it is up."))
        .toByteArray();
  }

  @Test
  void histograms_exemplars_and_metadata_are_handed_on_and_counted() throws Exception {
    summary = new AppendSummary(2, 0, List.of(), 1, 0);
    MockHttpServletResponse response = write(everything(), true);
    assertThat(response.getStatus()).as(response.getContentAsString()).isEqualTo(204);
    assertThat(response.getHeader(WRITTEN + "Samples-Written")).isEqualTo("1");
    assertThat(response.getHeader(WRITTEN + "Histograms-Written")).isEqualTo("1");
    assertThat(response.getHeader(WRITTEN + "Exemplars-Written")).isEqualTo("1");
    assertThat(appended).hasSize(2);
    assertThat(exemplars)
        .containsExactly(
            new SeriesExemplar(
                Labels.of("__name__", "up"), new Exemplar(Labels.of("trace_id", "7"), 0.5, 999)));
    assertThat(metadata)
        .containsExactly(
            Map.entry(
                "up", new MetricMetadata(MetricMetadata.Type.GAUGE, "Whether it is up.", "")));
  }

  @Test
  void exemplars_that_are_not_kept_are_no_error() throws Exception {
    summary = new AppendSummary(2, 0, List.of());
    MockHttpServletResponse response = write(everything(), false);
    assertThat(response.getStatus()).isEqualTo(204);
    assertThat(response.getHeader(WRITTEN + "Exemplars-Written")).isEqualTo("0");
  }

  @Test
  void the_tenant_is_let_go_of_whatever_the_answer_is() throws Exception {
    summary = new AppendSummary(1, 0, List.of());
    assertThat(write(Wire.writeV1(SERIES, 1, 1), true, "shop").getStatus()).isEqualTo(204);
    assertThat(released).isEqualTo(1);
    summary = new AppendSummary(-1, 0, List.of());
    assertThat(write(Wire.writeV1(SERIES, 1, 1), true).getStatus()).isEqualTo(503);
    assertThat(released).isEqualTo(2);
  }

  @Test
  void a_header_that_names_no_tenant_answers_400_and_says_why() throws Exception {
    assertThat(write(Wire.writeV1(SERIES, 1, 1), true, "../x").getContentAsString())
        .isEqualTo(
            "X-Scope-OrgID: a tenant's name is made of letters, digits, \"-\" and \"_\"; character 1"
                + " is U+002E\n");
    assertThat(write(Wire.writeV1(SERIES, 1, 1), true, "").getStatus()).isEqualTo(400);
    assertThat(write(Wire.writeV1(SERIES, 1, 1), true, "a", "b").getContentAsString())
        .contains("one X-Scope-OrgID header");
    assertThat(appended).isEmpty();
    assertThat(released).isZero();
  }

  @Test
  void a_bad_series_beside_a_good_one_answers_400_with_both() throws Exception {
    summary = new AppendSummary(1, 0, List.of());
    byte[] good = Wire.writeV1(SERIES, 1, 1);
    byte[] bad = Wire.writeV1(Labels.of("job", "nameless"), 1, 1);
    byte[] both = new byte[good.length + bad.length];
    System.arraycopy(good, 0, both, 0, good.length);
    System.arraycopy(bad, 0, both, good.length, bad.length);
    MockHttpServletResponse response = write(both, false);
    assertThat(response.getStatus()).isEqualTo(400);
    assertThat(response.getHeader(WRITTEN + "Samples-Written")).isEqualTo("1");
    assertThat(response.getContentAsString())
        .isEqualTo(
            "1 samples stored; 1 series with 1 samples left out: series {job=\"nameless\"}: there"
                + " is no metric name (label __name__)\n");
  }
}
