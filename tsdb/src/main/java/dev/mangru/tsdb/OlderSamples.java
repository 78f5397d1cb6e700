package dev.mangru.tsdb;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.head.SeriesTable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks for the newest sample that files have of a series that is new to memory. Only files that
/// reach the time of its first new sample are asked: an older one cannot hold anything newer.
/// Confined to the store's submit lock.
final class OlderSamples implements WritePath.Older {

  private static final Logger LOG = LoggerFactory.getLogger(OlderSamples.class);

  private final SeriesTable table;
  private final AtomicReference<View> view;
  private final SampleColumns samples = new SampleColumns();

  /// Cursors of retained files, while the view stays the same.
  private final Map<StoreFile, ChunkCursor> cursors = new HashMap<>();

  private View current;

  OlderSamples(SeriesTable table, AtomicReference<View> view) {
    this.table = table;
    this.view = view;
    this.current = view.get();
  }

  @Override
  public void learn(int ref, long timestampMs) throws IOException {
    while (!lookInto(view.get(), ref, timestampMs)) {
      forget(); // a newer view has replaced this one
    }
  }

  private boolean lookInto(View now, int ref, long timestampMs) throws IOException {
    if (!now.equals(current)) {
      forget();
      current = now;
    }
    long best = Long.MIN_VALUE;
    long bits = 0;
    int flags = 0;
    for (StoreFile file : now.files()) {
      if (file.range().endMs() < timestampMs) {
        continue;
      }
      ChunkCursor cursor = cursors.get(file);
      if (cursor == null) {
        if (!file.tryRetain()) {
          return false;
        }
        cursor = held(file);
      }
      if (!readNewest(file, cursor, ref, best)) {
        continue;
      }
      int last = samples.count() - 1;
      best = samples.timesMs()[last];
      boolean extended = samples.histogram(last) != null || samples.startMs(last) != 0;
      long value = Double.doubleToRawLongBits(samples.values()[last]);
      flags = extended ? Extended.FLAG : 0;
      bits =
          extended ? Extended.bits(samples.startMs(last), value, samples.histogram(last)) : value;
    }
    if (best != Long.MIN_VALUE) {
      table.setNewest(ref, best, bits, table.lastRow(ref), flags);
    }
    return true;
  }

  private ChunkCursor held(StoreFile file) throws IOException {
    boolean kept = false;
    try {
      ChunkCursor cursor = file.cursor();
      cursors.put(file, cursor);
      kept = true;
      return cursor;
    } finally {
      if (!kept) {
        file.release();
      }
    }
  }

  /// Reads the last chunk of a series, if it reaches beyond `best`. What is damaged counts as not
  /// there: nobody can read it, and it must not keep new samples from being stored.
  private boolean readNewest(StoreFile file, ChunkCursor cursor, int ref, long best)
      throws IOException {
    samples.clear();
    try {
      if (!cursor.seek(number(file, ref)) || cursor.maxMs() <= best) {
        return false;
      }
      cursor.read(cursor.chunks() - 1, samples);
      return true;
    } catch (CorruptDataException e) {
      LOG.atWarn()
          .addKeyValue("file", file.stored().number())
          .setCause(e)
          .log("the newest sample of a series cannot be read; it counts as lost");
      return false;
    }
  }

  private int number(StoreFile file, int ref) throws IOException {
    return switch (file) {
      case StoreFile.Part _ -> ref;
      case StoreFile.Block block -> {
        Labels labels = table.labels(ref);
        yield block.file().find(labels);
      }
    };
  }

  /// Lets go of the files.
  void forget() {
    cursors.keySet().forEach(StoreFile::release);
    cursors.clear();
  }
}
