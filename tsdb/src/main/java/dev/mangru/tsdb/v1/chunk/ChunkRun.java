package dev.mangru.tsdb.v1.chunk;

/// The chunks that one series has in one place, the head or a block: in time order, not
/// overlapping. Confined to one thread.
public interface ChunkRun {

  /// How many chunks there are.
  int size();

  /// Time of the first sample of chunk `i`.
  long minMs(int i);

  /// Time of the last sample of chunk `i`.
  long maxMs(int i);

  /// The chunk itself; may read the disk.
  ///
  /// @throws dev.mangru.model.error.MangruException `INTERNAL` if the disk cannot be read or the
  ///   bytes do not check
  Chunk load(int i);

  /// Whether any sample of `run` lies in `startMs` to `endMs`, both inclusive. Decodes a chunk only
  /// if the range lies strictly inside it.
  static boolean anyIn(ChunkRun run, long startMs, long endMs) {
    for (int i = 0; i < run.size(); i++) {
      long min = run.minMs(i);
      long max = run.maxMs(i);
      if (min > endMs) {
        return false;
      }
      if (max < startMs) {
        continue;
      }
      if (min >= startMs || max <= endMs) {
        return true;
      }
      ChunkDecoder samples = run.load(i).decoder();
      while (samples.next() && samples.timestampMs() <= endMs) {
        if (samples.timestampMs() >= startMs) {
          return true;
        }
      }
    }
    return false;
  }

  /// A run over chunks in memory.
  static ChunkRun of(Chunk... chunks) {
    return new ChunkRun() {
      @Override
      public int size() {
        return chunks.length;
      }

      @Override
      public long minMs(int i) {
        return chunks[i].minMs();
      }

      @Override
      public long maxMs(int i) {
        return chunks[i].maxMs();
      }

      @Override
      public Chunk load(int i) {
        return chunks[i];
      }
    };
  }
}
