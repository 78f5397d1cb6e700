package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.Gatherer;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads one target, and tells its samples as Prometheus would store them.
///
/// - Labels of the target win; a label of the page with the same name becomes `exported_<name>`.
/// - `up`, `scrape_duration_seconds`, `scrape_samples_scraped`,
///   `scrape_samples_post_metric_relabeling` and `scrape_series_added` come with every scrape.
/// - A series that was there last time and is not any more gets one stale marker; after a failed
///   scrape every series does. Samples with timestamps of their own are left out of this.
///
/// [#gather] does not throw for a target that fails: `up 0` says so. Confined to one thread at a
/// time.
public final class Scraper implements Gatherer {

  private static final Logger log = LoggerFactory.getLogger(Scraper.class);

  private static final double NANOS = 1_000_000_000;

  private final ScrapeTarget target;
  private final Labels targetLabels;
  private final PageFetcher fetcher;
  private final ScrapeLimits limits;
  private final Ticker ticker;
  private final Map<Labels, Series> series = new HashMap<>();
  private final SampleBatch page = new SampleBatch();
  private String lastError = "";
  private long pass;
  private volatile TargetStatus status;

  /// A scraper with a client of the caller's, which brings TLS and redirect rules.
  ///
  /// @param ticker measures how long a scrape takes
  public Scraper(ScrapeTarget target, ScrapeLimits limits, HttpClient client, Ticker ticker) {
    this.target = target;
    this.targetLabels = target.targetLabels();
    this.limits = limits;
    this.fetcher = new PageFetcher(client, limits);
    this.ticker = ticker;
    this.status =
        new TargetStatus(
            target.job(),
            target.discovered(),
            targetLabels,
            target.url(),
            target.interval(),
            target.timeout(),
            null,
            Map.of());
  }

  /// The target and its last scrape; any thread may ask.
  public TargetStatus status() {
    return status;
  }

  /// What is scraped.
  public ScrapeTarget target() {
    return target;
  }

  @Override
  public String name() {
    return "scrape";
  }

  @Override
  public void gather(Instant now, SampleBatch into) throws IOException {
    long begin = ticker.read();
    long nowMs = now.toEpochMilli();
    pass++;
    page.clear();
    PageSink sink = new PageSink(nowMs);
    boolean up = scrape(sink);
    if (!up) {
      page.clear();
      sink.added = 0;
    }
    into.addAll(page);
    endSeries(into, nowMs, up);
    long took = ticker.read() - begin;
    double seconds = took / NANOS;
    report(into, nowMs, "up", up ? 1 : 0);
    report(into, nowMs, "scrape_duration_seconds", seconds);
    report(into, nowMs, "scrape_samples_scraped", sink.scraped);
    report(into, nowMs, "scrape_samples_post_metric_relabeling", sink.scraped);
    report(into, nowMs, "scrape_series_added", sink.added);
    TargetStatus before = status;
    status =
        new TargetStatus(
            before.pool(),
            before.discovered(),
            before.labels(),
            before.url(),
            before.interval(),
            before.timeout(),
            new TargetStatus.Reading(now, Duration.ofNanos(took), up ? "" : lastError),
            up ? PageMetadata.of(page.metadata(), before.metadata()) : before.metadata());
  }

  /// Fills [#page]; false when the target did not answer as it should.
  private boolean scrape(PageSink sink) throws IOException {
    try {
      PageFetcher.Page fetched = fetcher.fetch(target);
      if (fetched.openMetrics()) {
        OpenMetricsParser.scrape(fetched.body(), sink);
      } else {
        PrometheusTextParser.scrape(fetched.body(), sink);
      }
      sink.describeAll();
      if (!lastError.isEmpty()) {
        log.atInfo().addKeyValue("target", target.url()).log("target can be scraped again");
        lastError = "";
      }
      return true;
    } catch (IOException e) {
      String error = String.valueOf(e.getMessage());
      if (!error.equals(lastError)) {
        lastError = error;
        log.atWarn()
            .addKeyValue("target", target.url())
            .addKeyValue("error", error)
            .log("target cannot be scraped");
      }
      return false;
    }
  }

  /// Why the last scrape failed; empty when it did not.
  public String lastError() {
    return lastError;
  }

  private void endSeries(SampleBatch into, long nowMs, boolean up) {
    Iterator<Series> all = series.values().iterator();
    while (all.hasNext()) {
      Series one = all.next();
      if (!up || one.pass != pass) {
        into.add(one.labels, nowMs, StaleMarker.VALUE);
        all.remove();
      }
    }
  }

  private void report(SampleBatch into, long nowMs, String name, double value) {
    Labels labels = targetLabels.toBuilder().set(Labels.METRIC_NAME, name).build();
    into.add(labels, nowMs, value);
  }

  /// The page's labels beside the target's; the target's win.
  private Labels merge(Labels scraped) {
    Labels.Builder merged = targetLabels.toBuilder();
    for (int i = 0; i < scraped.count(); i++) {
      String name = scraped.name(i);
      while (targetLabels.has(name) || (!name.equals(scraped.name(i)) && scraped.has(name))) {
        name = "exported_" + name;
      }
      merged.set(name, scraped.value(i));
    }
    return merged.build();
  }

  private static final class Series {

    final Labels labels;
    long pass;

    Series(Labels labels) {
      this.labels = labels;
    }
  }

  /// Puts what the parser finds into [#page].
  private final class PageSink extends MetadataSink {

    private final long nowMs;
    private int scraped;
    private int added;

    PageSink(long nowMs) {
      super(page);
      this.nowMs = nowMs;
    }

    @Override
    public void sample(Labels labels, double value, long timestampMs) throws ExpositionException {
      if (++scraped > limits.samples()) {
        throw new ExpositionException(
            "page of " + target.url() + " holds more than " + limits.samples() + " samples");
      }
      Series known = series.get(labels);
      if (known == null) {
        known = new Series(merge(labels));
        added++;
        if (timestampMs == NO_TIMESTAMP) {
          series.put(labels, known);
        }
      }
      known.pass = pass;
      page.add(known.labels, timestampMs == NO_TIMESTAMP ? nowMs : timestampMs, value);
    }
  }
}
