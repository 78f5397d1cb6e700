package dev.mangru.collector.probe;

import java.net.URI;
import java.time.Duration;

/// A URL that should answer.
///
/// @param name what people call it; the `probe` label
/// @param url `http` or `https`; the `instance` label
/// @param interval how often to ask; kept by whoever calls the probe
/// @param timeout how long one asking may take, redirects included; at most the interval
/// @param expectedStatus the status of a good answer, or 0 for any from 200 to 299
/// @param bodyText text that the body of a good answer contains; empty for any body
/// @param followOtherHosts whether a redirect may lead to another host or port
public record ProbeTarget(
    String name,
    URI url,
    Duration interval,
    Duration timeout,
    int expectedStatus,
    String bodyText,
    boolean followOtherHosts) {

  public ProbeTarget {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a probe needs a name: " + url);
    }
    boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!web || url.getHost() == null) {
      throw new IllegalArgumentException(
          "probe \"" + name + "\" needs an http or https URL: " + url);
    }
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(interval) > 0) {
      throw new IllegalArgumentException(
          "the timeout of probe \""
              + name
              + "\" must be above 0 and at most its interval: "
              + timeout
              + ", "
              + interval);
    }
    if (expectedStatus != 0 && (expectedStatus < 100 || expectedStatus > 599)) {
      throw new IllegalArgumentException(
          "the expected status of probe \"" + name + "\" is no HTTP status: " + expectedStatus);
    }
  }

  /// A probe that is content with any 2xx answer.
  public static ProbeTarget of(String name, URI url, Duration interval, Duration timeout) {
    return new ProbeTarget(name, url, interval, timeout, 0, "", false);
  }

  /// Whether `status` is the one that a good answer has.
  boolean accepts(int status) {
    return expectedStatus == 0 ? status >= 200 && status <= 299 : status == expectedStatus;
  }
}
