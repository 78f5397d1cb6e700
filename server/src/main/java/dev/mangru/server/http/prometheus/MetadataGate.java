package dev.mangru.server.http.prometheus;

import dev.mangru.model.time.Ticker;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Says whose metadata is read. A sender of remote write 2.0 repeats the metadata of a series with
/// every sample, and reading it takes a known series several times as long; so once a request has
/// told nothing new, that of most others that come close behind it is left unread. Thread-safe.
final class MetadataGate {

  /// A request so long after the last one that was read is read too. Chosen: senders with few
  /// requests are read always.
  private static final long PAUSE_NANOS = 1_000_000_000;

  /// Of requests that come faster, one of so many is read. A prime, so that senders whose requests
  /// come in turns all have theirs. Chosen.
  private static final int ONE_OF = 61;

  private final Ticker ticker;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong lastRead;
  private volatile boolean learning = true;

  MetadataGate(Ticker ticker) {
    this.ticker = ticker;
    this.lastRead = new AtomicLong(ticker.read());
  }

  /// Whether the next request's metadata is to be read.
  boolean open() {
    long now = ticker.read();
    long last = lastRead.get();
    boolean counted = Math.floorMod(requests.incrementAndGet(), ONE_OF) == 0;
    if (learning || counted || now - last >= PAUSE_NANOS) {
      lastRead.set(now);
      return true;
    }
    return false;
  }

  /// Notes whether metadata that was read held anything new.
  void learned(boolean news) {
    learning = news;
  }
}
