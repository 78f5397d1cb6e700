package dev.mangru.tsdb.block;

import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.chunk.Chunk;
import dev.mangru.tsdb.chunk.ChunkDecoder;
import dev.mangru.tsdb.chunk.ChunkEncoder;
import dev.mangru.tsdb.chunk.ChunkRun;
import java.util.ArrayList;
import java.util.List;

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
}
