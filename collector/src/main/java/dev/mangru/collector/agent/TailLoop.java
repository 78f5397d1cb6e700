package dev.mangru.collector.agent;

import dev.mangru.collector.tail.LogBatchSink;
import dev.mangru.collector.tail.Tailer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes over the log files, with a pause when there is nothing new or no room. Confined to its
/// thread.
final class TailLoop implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(TailLoop.class);

  private final Tailer tailer;
  private final LogBatchSink sink;
  private final Duration poll;
  private final Stopper stopper;

  TailLoop(Tailer tailer, LogBatchSink sink, Duration poll, Stopper stopper) {
    this.tailer = tailer;
    this.sink = sink;
    this.poll = poll;
    this.stopper = stopper;
  }

  @Override
  public void run() {
    try {
      boolean more;
      do {
        more = pass();
      } while (!stopper.awaitStop(more ? Duration.ZERO : poll));
      // What was written up to now is read once more; without room it is read next time.
      pass();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Our own mistake must not end the tailing of all files for good.
  private boolean pass() {
    try {
      return tailer.pass(sink);
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a pass over the log files failed");
      return false;
    }
  }
}
