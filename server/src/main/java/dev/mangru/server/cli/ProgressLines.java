package dev.mangru.server.cli;

import dev.mangru.model.time.Ticker;
import dev.mangru.tsdb.transfer.ImportProgress;
import java.io.PrintWriter;
import java.time.Duration;

/// Prints how far an import is, every few seconds, with what is left of the step at hand. Confined
/// to one thread.
final class ProgressLines implements ImportProgress.Listener {

  private static final long EVERY_NANOS = Duration.ofSeconds(5).toNanos();

  private final PrintWriter out;
  private final Ticker ticker;
  private long phaseStarted;
  private long printed;
  private ImportProgress.Phase phase = ImportProgress.Phase.READING;

  ProgressLines(PrintWriter out, Ticker ticker) {
    this.out = out;
    this.ticker = ticker;
    this.phaseStarted = ticker.read();
    this.printed = phaseStarted;
  }

  @Override
  public void progress(ImportProgress at) {
    long now = ticker.read();
    if (at.phase() != phase) {
      phase = at.phase();
      phaseStarted = now;
    }
    if (now - printed < EVERY_NANOS) {
      return;
    }
    printed = now;
    String step =
        switch (at.phase()) {
          case READING -> "read";
          case WRITING -> "settled";
        };
    StringBuilder line =
        new StringBuilder("%s %,d samples, %,d series".formatted(step, at.samples(), at.series()));
    if (at.total() > 0 && at.done() > 0) {
      double part = Math.min(1, 1.0 * at.done() / at.total());
      long leftSeconds = Math.round((now - phaseStarted) / 1e9 * (1 - part) / part);
      line.append(" (%.0f %%, about %,d s left in this step)".formatted(100 * part, leftSeconds));
    }
    out.println(line);
    out.flush();
  }
}
