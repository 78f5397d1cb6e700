package dev.mangru.tsdb.v1;

import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.chunk.Chunk;
import dev.mangru.tsdb.v1.chunk.ChunkDecoder;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import org.jspecify.annotations.Nullable;

/// The samples of one run that lie in a range. Loads a chunk when it gets there.
final class RunCursor implements SampleCursor {

  private final ChunkRun run;
  private final TimeRange range;
  private int nextChunk;
  private @Nullable ChunkDecoder samples;
  private long timestampMs;
  private double value;

  RunCursor(ChunkRun run, TimeRange range) {
    this.run = run;
    this.range = range;
  }

  @Override
  public boolean next() {
    return advance(range.startMs());
  }

  @Override
  public boolean seek(long soughtMs) {
    return advance(Math.max(soughtMs, range.startMs()));
  }

  /// Moves on by at least one sample, to one at or after `fromMs`.
  private boolean advance(long fromMs) {
    while (true) {
      ChunkDecoder current = samples;
      if (current == null) {
        while (nextChunk < run.size() && run.maxMs(nextChunk) < fromMs) {
          nextChunk++;
        }
        if (nextChunk == run.size() || run.minMs(nextChunk) > range.endMs()) {
          return false;
        }
        Chunk chunk = run.load(nextChunk++);
        current = chunk.decoder();
        samples = current;
      }
      while (current.next()) {
        long time = current.timestampMs();
        if (time > range.endMs()) {
          nextChunk = run.size();
          samples = null;
          return false;
        }
        if (time >= fromMs) {
          timestampMs = time;
          value = current.value();
          return true;
        }
      }
      samples = null;
    }
  }

  @Override
  public long timestampMs() {
    return timestampMs;
  }

  @Override
  public double value() {
    return value;
  }
}
