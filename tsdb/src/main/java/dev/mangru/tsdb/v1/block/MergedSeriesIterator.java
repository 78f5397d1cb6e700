package dev.mangru.tsdb.v1.block;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import dev.mangru.tsdb.v1.index.SampleSource.Selected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/// Walks over the series of several blocks in label order. Confined to one thread.
final class MergedSeriesIterator implements Iterator<Selected> {

  private static final class Place implements Comparable<Place> {
    final Block block;
    final BlockIndex index;
    int number;
    Selected current;

    Place(Block block) throws IOException {
      this.block = block;
      this.index = block.index();
      this.current = block.series(index, 0);
    }

    boolean advance() {
      if (++number == index.seriesCount()) {
        return false;
      }
      current = block.series(index, number);
      return true;
    }

    @Override
    public int compareTo(Place other) {
      return current.labels().compareTo(other.current.labels());
    }
  }

  private final PriorityQueue<Place> places = new PriorityQueue<>();

  MergedSeriesIterator(List<Block> blocks) {
    try {
      for (Block block : blocks) {
        if (block.series() > 0) {
          places.add(new Place(block));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean hasNext() {
    return !places.isEmpty();
  }

  @Override
  public Selected next() {
    Place first = places.peek();
    if (first == null) {
      throw new NoSuchElementException();
    }
    Labels labels = first.current.labels();
    List<ChunkRun> runs = new ArrayList<>(1);
    while (first != null && first.current.labels().equals(labels)) {
      places.remove();
      runs.add(first.current.run());
      if (first.advance()) {
        places.add(first);
      }
      first = places.peek();
    }
    return new Selected(labels, JoinedRun.of(runs));
  }
}
