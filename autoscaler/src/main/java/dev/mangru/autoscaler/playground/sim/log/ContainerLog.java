package dev.mangru.autoscaler.playground.sim.log;

import dev.mangru.autoscaler.playground.api.PodLogs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The lines of one container: the last ones in memory, all of them in a file if there is one.
/// Thread-safe.
public final class ContainerLog {

  /// Kept in memory; as long as a page of `kubectl logs --tail` is useful.
  static final int KEPT_LINES = 2_000;

  private static final long NANOS_PER_LINE = 1_000;

  private final Deque<PodLogs.Line> lines = new ArrayDeque<>();
  private final @Nullable LogFile file;
  private final StringBuilder unwritten = new StringBuilder();
  private long sequence;
  private Instant last = Instant.EPOCH;
  private boolean open = true;

  ContainerLog(@Nullable LogFile file) {
    this.file = file;
  }

  /// Writes a line.
  ///
  /// @param at no earlier than the line before; several lines of one instant are put a microsecond
  ///   apart, since collectors order by time
  /// @param text without line feeds
  public synchronized void write(Instant at, boolean error, String text) {
    Instant time = at.isAfter(last) ? at : last.plusNanos(NANOS_PER_LINE);
    last = time;
    sequence++;
    lines.addLast(new PodLogs.Line(sequence, time, text));
    if (lines.size() > KEPT_LINES) {
      lines.removeFirst();
    }
    if (file != null) {
      unwritten.append(time).append(error ? " stderr F " : " stdout F ").append(text).append('\n');
    }
  }

  /// Hands what was written since the last call to the file.
  synchronized void flush(Instant now) {
    if (file != null && !unwritten.isEmpty()) {
      file.append(unwritten.toString().getBytes(StandardCharsets.UTF_8), now);
      unwritten.setLength(0);
    }
  }

  /// Begins a new file, as a kubelet does for a container that it starts again.
  public synchronized void restarted(int restarts, Instant now) {
    flush(now);
    if (file != null) {
      file.next(restarts);
    }
  }

  synchronized void close(Instant now) {
    flush(now);
    open = false;
    if (file != null) {
      file.close();
    }
  }

  synchronized boolean isOpen() {
    return open;
  }

  synchronized List<PodLogs.Line> after(long sequenceBefore, int limit) {
    List<PodLogs.Line> found = new ArrayList<>();
    for (PodLogs.Line line : lines) {
      if (line.sequence() > sequenceBefore && found.size() < limit) {
        found.add(line);
      }
    }
    return found;
  }
}
