package dev.mangru.tsdb.v1.block;

import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.chunk.Chunk;
import dev.mangru.tsdb.v1.chunk.ChunkDecoder;
import dev.mangru.tsdb.v1.chunk.ChunkEncoder;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/// Cuts and joins chunks.
final class Rechunk {

  private Rechunk() {}

  /// The samples of `run` that lie in `window`, in as few chunks as they fit.
  static List<Chunk> within(ChunkRun run, TimeRange window) {
    List<Chunk> chunks = new ArrayList<>();
    ChunkEncoder open = new ChunkEncoder();
    for (int i = 0; i < run.size(); i++) {
      if (run.maxMs(i) < window.startMs() || run.minMs(i) > window.endMs()) {
        continue;
      }
      ChunkDecoder samples = run.load(i).decoder();
      while (samples.next()) {
        if (!window.contains(samples.timestampMs())) {
          continue;
        }
        if (open.full()) {
          chunks.add(open.close());
          open = new ChunkEncoder();
        }
        open.append(samples.timestampMs(), samples.valueBits());
      }
    }
    if (open.count() > 0) {
      chunks.add(open.close());
    }
    return chunks;
  }

  /// The samples of all `runs` in time order.
  ///
  /// @throws IllegalStateException if two samples have the same time
  static List<Chunk> merged(List<ChunkRun> runs) {
    PriorityQueue<Walk> walks = new PriorityQueue<>();
    for (ChunkRun run : runs) {
      Walk walk = new Walk(run);
      if (walk.next()) {
        walks.add(walk);
      }
    }
    List<Chunk> chunks = new ArrayList<>();
    ChunkEncoder open = new ChunkEncoder();
    long last = 0;
    for (Walk walk = walks.poll(); walk != null; walk = walks.poll()) {
      ChunkDecoder sample = walk.samples;
      if (open.full()) {
        chunks.add(open.close());
        open = new ChunkEncoder();
      }
      if ((open.count() > 0 || !chunks.isEmpty()) && sample.timestampMs() <= last) {
        throw new IllegalStateException("two samples of one series at " + sample.timestampMs());
      }
      last = sample.timestampMs();
      open.append(last, sample.valueBits());
      if (walk.next()) {
        walks.add(walk);
      }
    }
    if (open.count() > 0) {
      chunks.add(open.close());
    }
    return chunks;
  }

  /// Where the merge is in one run.
  private static final class Walk implements Comparable<Walk> {
    private final ChunkRun run;
    private int chunk;
    private ChunkDecoder samples;

    Walk(ChunkRun run) {
      this.run = run;
      this.samples = run.load(0).decoder();
    }

    boolean next() {
      while (!samples.next()) {
        if (++chunk == run.size()) {
          return false;
        }
        samples = run.load(chunk).decoder();
      }
      return true;
    }

    @Override
    public int compareTo(Walk other) {
      return Long.compare(samples.timestampMs(), other.samples.timestampMs());
    }
  }
}
