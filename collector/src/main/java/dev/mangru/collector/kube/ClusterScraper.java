package dev.mangru.collector.kube;

import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.collector.scrape.ScrapeLimits;
import dev.mangru.collector.scrape.ScrapeTarget;
import dev.mangru.collector.scrape.Scraper;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.metric.TargetSource;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads every page of metrics that a cluster names, and writes its `kube_*` series, into a store.
///
/// A pass reads all pages side by side and stores each as one batch, so one slow page holds up no
/// other batch. A target that goes away leaves one stale marker per series. Confined to its loop,
/// but for [#targets].
public final class ClusterScraper implements TargetSource, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ClusterScraper.class);

  /// Pages read at one time. Chosen: most of the time of a read is waiting.
  private static final int AT_ONCE = 16;

  private final KubeWatch watch;
  private final KubeTargets targets;
  private final KubeStateSeries states;
  private final MetricStore store;
  private final Ticker ticker;
  private final HttpClient client;
  private final Map<Labels, Watched> scrapers = new HashMap<>();
  private final SampleBatch stateBatch = new SampleBatch();
  private volatile List<Scraper> running = List.of();

  private static final class Watched {
    final Scraper scraper;
    final SampleBatch batch = new SampleBatch();
    Set<Labels> last = new HashSet<>();

    Watched(Scraper scraper) {
      this.scraper = scraper;
    }
  }

  /// @param cluster labels that every series gets
  public ClusterScraper(
      KubeWatch watch, KubeTargets targets, Labels cluster, MetricStore store, Ticker ticker) {
    this.watch = watch;
    this.targets = targets;
    this.states = new KubeStateSeries(cluster.toBuilder().set("job", "kube-state-metrics").build());
    this.store = store;
    this.ticker = ticker;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /// Reads everything once.
  public void pass(Instant now) throws InterruptedException {
    watch.check();
    KubeObjects objects = watch.objects();
    stateBatch.clear();
    states.write(objects, now, stateBatch);
    store(stateBatch);
    List<ScrapeTarget> wanted = targets.of(objects);
    forget(wanted, now);
    Semaphore turns = new Semaphore(AT_ONCE);
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (ScrapeTarget target : wanted) {
        Watched watched =
            scrapers.computeIfAbsent(
                identity(target),
                _ -> new Watched(new Scraper(target, ScrapeLimits.DEFAULT, client, ticker)));
        tasks.add(() -> {
          turns.acquire();
          try {
            scrape(watched, now);
          } finally {
            turns.release();
          }
          return null;
        });
      }
      running = scrapers.values().stream().map(watched -> watched.scraper).toList();
      for (Future<Void> done : pool.invokeAll(tasks)) {
        if (done.state() == Future.State.FAILED) {
          log.atWarn().setCause(done.exceptionNow()).log("a page of metrics could not be stored");
        }
      }
    }
  }

  @Override
  public List<TargetStatus> targets() {
    return running.stream().map(Scraper::status).toList();
  }

  private void scrape(Watched watched, Instant now) throws IOException {
    watched.batch.clear();
    watched.scraper.gather(now, watched.batch);
    Set<Labels> written = HashSet.newHashSet(watched.batch.size());
    for (int i = 0; i < watched.batch.size(); i++) {
      if (!StaleMarker.is(watched.batch.value(i))) {
        written.add(watched.batch.labels(i));
      }
    }
    watched.last = written;
    store(watched.batch);
  }

  /// Ends the series of targets that are gone.
  private void forget(List<ScrapeTarget> wanted, Instant now) {
    Set<Labels> kept = HashSet.newHashSet(wanted.size());
    wanted.forEach(target -> kept.add(identity(target)));
    Iterator<Map.Entry<Labels, Watched>> all = scrapers.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Labels, Watched> each = all.next();
      if (!kept.contains(each.getKey())) {
        SampleBatch ends = new SampleBatch();
        each.getValue()
            .last
            .forEach(labels -> ends.add(labels, now.toEpochMilli(), StaleMarker.VALUE));
        store(ends);
        all.remove();
      }
    }
  }

  private static Labels identity(ScrapeTarget target) {
    return target.labels().toBuilder()
        .set("job", target.job())
        .set("__address__", target.url().toString())
        .build();
  }

  private void store(SampleBatch batch) {
    if (batch.isEmpty()) {
      return;
    }
    Appender appender = store.appender();
    for (int i = 0; i < batch.size(); i++) {
      appender.append(batch.labels(i), batch.timestampMs(i), batch.value(i));
    }
    appender.commit();
  }

  @Override
  public void close() {
    client.close();
  }
}
