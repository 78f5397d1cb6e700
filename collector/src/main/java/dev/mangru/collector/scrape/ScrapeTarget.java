package dev.mangru.collector.scrape;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TextDuration;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A page of metrics to read again and again.
///
/// @param job the `job` of its series
/// @param url the page, `http` or `https`
/// @param labels more labels for its series; an `instance` among them replaces `host:port`
/// @param interval how often to read it; kept by whoever calls the scraper
/// @param timeout how long one reading may take, from connecting to the last byte; at most the
///   interval
/// @param authorization the value of the `Authorization` header, such as `Bearer …`; null for none
public record ScrapeTarget(
    String job,
    URI url,
    Labels labels,
    Duration interval,
    Duration timeout,
    @Nullable String authorization) {

  /// A target that anyone may read.
  public ScrapeTarget(String job, URI url, Labels labels, Duration interval, Duration timeout) {
    this(job, url, labels, interval, timeout, null);
  }

  /// Leaves out the authorization, which is a secret.
  @Override
  public String toString() {
    return job + " " + url + " " + labels;
  }

  public ScrapeTarget {
    if (job.isEmpty()) {
      throw new IllegalArgumentException("a scrape target needs a job: " + url);
    }
    boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!web || url.getHost() == null) {
      throw new IllegalArgumentException("a scrape target is an http or https URL: " + url);
    }
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(interval) > 0) {
      throw new IllegalArgumentException(
          "the timeout of "
              + url
              + " must be above 0 and at most its interval: "
              + timeout
              + ", "
              + interval);
    }
  }

  /// `host:port`, the port of the scheme where the URL names none.
  public String address() {
    int port = url.getPort() >= 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
    return url.getHost() + ":" + port;
  }

  /// What the target was found with, in Prometheus' names for it.
  Labels discovered() {
    Labels.Builder all =
        labels.toBuilder()
            .set("job", job)
            .set("__address__", address())
            .set("__scheme__", url.getScheme())
            .set("__metrics_path__", url.getPath().isEmpty() ? "/" : url.getPath())
            .set("__scrape_interval__", TextDuration.of(interval))
            .set("__scrape_timeout__", TextDuration.of(timeout));
    return all.build();
  }

  /// The labels that every series of the target gets.
  Labels targetLabels() {
    Labels.Builder all = labels.toBuilder().set("job", job);
    if (!labels.has("instance")) {
      all.set("instance", address());
    }
    return all.build();
  }
}
