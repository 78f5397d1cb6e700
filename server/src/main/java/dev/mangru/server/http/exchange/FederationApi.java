package dev.mangru.server.http.exchange;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.TimeRange;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.QueryLimits;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.promql.PromqlParser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/federate`: the newest sample of each series that is selected, for another server to scrape.
///
/// A series whose newest sample is older than the lookback, or says that it has ended, is left out.
/// Native histograms are there in Protocol Buffers only; those with custom buckets are not, because
/// their bounds have no place there. Errors are plain text.
///
/// Source: Prometheus `web/federate.go`.
@RestController
public final class FederationApi {

  private static final int BUFFER = 32 * 1024;

  private final Tenants tenants;
  private final QueryGate gate;
  private final Labels external;
  private final InstantSource clock;
  private final long lookbackMs;
  private final long maxSamples;

  public FederationApi(
      Tenants tenants,
      QueryGate gate,
      QueryLimits limits,
      ExternalLabels external,
      InstantSource clock) {
    this.tenants = tenants;
    this.gate = gate;
    this.external = external.labels();
    this.clock = clock;
    this.lookbackMs = limits.lookback().toMillis();
    this.maxSamples = limits.maxSamples();
  }

  @GetMapping("/federate")
  void federate(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try {
      Exposition form = Exposition.of(request.getHeader("Accept"));
      List<List<LabelMatcher>> selectors = new ArrayList<>();
      String[] texts = request.getParameterValues("match[]");
      for (String text : texts == null ? new String[0] : texts) {
        selectors.add(PromqlParser.parseSelector(text));
      }
      List<FederatedSample> samples = samples(TenantHeader.of(request), selectors, form.protobuf());
      response.setContentType(form.contentType());
      OutputStream out = new BufferedOutputStream(response.getOutputStream(), BUFFER);
      new FederationWriter(form, external, out).write(samples);
      out.flush();
    } catch (MangruException e) {
      PlainErrors.answer(response, e);
    }
  }

  /// The newest samples, by name and then by labels.
  private List<FederatedSample> samples(
      String tenant, List<List<LabelMatcher>> selectors, boolean histograms) {
    long now = clock.millis();
    SortedMap<Labels, FederatedSample> found = new TreeMap<>();
    SampleColumns newest = new SampleColumns();
    try (TenantMetrics metrics = tenants.forReading(tenant);
        QueryGate.Turn _ = gate.enter();
        Querier querier = metrics.store().querier(new TimeRange(now - lookbackMs, now))) {
      for (List<LabelMatcher> matchers : selectors) {
        for (Querier.Series series : querier.selectNewest(matchers)) {
          newest.clear();
          series.readNewest(newest);
          if (newest.count() > 0) {
            put(series.labels(), newest, histograms, found);
          }
        }
      }
    }
    List<FederatedSample> samples = new ArrayList<>(found.values());
    samples.sort(Comparator.comparing(FederatedSample::name, Labels::compareUtf8));
    return samples;
  }

  private void put(
      Labels labels,
      SampleColumns newest,
      boolean histograms,
      SortedMap<Labels, FederatedSample> found) {
    int last = newest.count() - 1;
    NativeHistogram histogram = newest.histogram(last);
    if (StaleMarker.is(newest.values()[last])
        || labels.metricName().isEmpty()
        || (histogram != null
            && (!histograms || histogram.schema() == NativeHistogram.CUSTOM_BUCKETS_SCHEMA))) {
      return;
    }
    if (found.size() == maxSamples) {
      throw new MangruException(
          ErrorCode.QUERY_LIMIT,
          "more than " + maxSamples + " series are selected (mangru.query.max-samples)");
    }
    found.put(
        labels,
        new FederatedSample(labels, newest.timesMs()[last], newest.values()[last], histogram));
  }
}
