package dev.mangru.tsdb.block;

import dev.mangru.tsdb.chunk.Chunk;
import dev.mangru.tsdb.chunk.ChunkRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The runs that several blocks have of one series, as one. Their samples do not overlap in time;
/// their chunks may interleave only as wholes.
final class JoinedRun implements ChunkRun {

  private record Place(ChunkRun run, int chunk) {
    long minMs() {
      return run.minMs(chunk);
    }
  }

  private final List<Place> places = new ArrayList<>();

  JoinedRun(List<ChunkRun> runs) {
    for (ChunkRun run : runs) {
      for (int i = 0; i < run.size(); i++) {
        places.add(new Place(run, i));
      }
    }
    places.sort(Comparator.comparingLong(Place::minMs));
    for (int i = 1; i < places.size(); i++) {
      Place before = places.get(i - 1);
      if (before.run.maxMs(before.chunk) >= places.get(i).minMs()) {
        throw new IllegalStateException(
            "two blocks have samples of one series up to "
                + before.run.maxMs(before.chunk)
                + " and from "
                + places.get(i).minMs());
      }
    }
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
