package dev.mangru.tsdb.v1.block;

import dev.mangru.tsdb.v1.chunk.Chunk;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The runs that several blocks have of one series, as one, when their chunks do not overlap.
final class JoinedRun implements ChunkRun {

  private record Place(ChunkRun run, int chunk) {
    long minMs() {
      return run.minMs(chunk);
    }
  }

  private final List<Place> places;

  private JoinedRun(List<Place> places) {
    this.places = places;
  }

  /// The samples of `runs` in time order. Chunks that lie apart stay as they are on disk; a block
  /// merged before may have closed a gap in which another block has samples, and then the samples
  /// are merged one by one.
  ///
  /// @throws IllegalStateException if two samples have the same time
  static ChunkRun of(List<ChunkRun> runs) {
    if (runs.size() == 1) {
      return runs.getFirst();
    }
    List<Place> places = new ArrayList<>();
    for (ChunkRun run : runs) {
      for (int i = 0; i < run.size(); i++) {
        places.add(new Place(run, i));
      }
    }
    places.sort(Comparator.comparingLong(Place::minMs));
    for (int i = 1; i < places.size(); i++) {
      Place before = places.get(i - 1);
      if (before.run.maxMs(before.chunk) >= places.get(i).minMs()) {
        return ChunkRun.of(Rechunk.merged(runs).toArray(Chunk[]::new));
      }
    }
    return new JoinedRun(places);
  }

  @Override
  public int size() {
    return places.size();
  }

  @Override
  public long minMs(int i) {
    return places.get(i).minMs();
  }

  @Override
  public long maxMs(int i) {
    Place place = places.get(i);
    return place.run.maxMs(place.chunk);
  }

  @Override
  public Chunk load(int i) {
    Place place = places.get(i);
    return place.run.load(place.chunk);
  }
}
