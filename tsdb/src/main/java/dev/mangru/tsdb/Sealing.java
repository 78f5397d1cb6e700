package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.PartWriter;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.head.RowReader;
import dev.mangru.tsdb.head.SeriesTable;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes rows to parts, one part for each window of time. Confined to one thread; used once.
final class Sealing implements Closeable {

  private final Disk disk;
  private final Path directory;
  private final FileSet files;
  private final long seq;
  private final long createdMs;
  private final long windowMs;
  private final Map<Long, Target> targets = new TreeMap<>();
  private boolean whole;

  private record Target(Manifest.Entry entry, PartWriter writer) {}

  /// More windows than one sealing may write.
  static final class TooManyWindows extends IOException {
    private static final long serialVersionUID = 1L;
  }

  Sealing(Disk disk, Path directory, FileSet files, long seq, long createdMs, long windowMs) {
    this.disk = disk;
    this.directory = directory;
    this.files = files;
    this.seq = seq;
    this.createdMs = createdMs;
    this.windowMs = windowMs;
  }

  /// Writes the rows of all series.
  ///
  /// @return how many samples there were
  /// @throws TooManyWindows if larger windows are needed
  long write(SeriesTable table, RowReader reader, long firstRow, long endRow, int endRef)
      throws IOException {
    SampleColumns samples = new SampleColumns();
    long written = 0;
    for (int ref = 0; ref < endRef; ref++) {
      long last = table.lastRow(ref);
      if (last < firstRow) {
        continue;
      }
      samples.clear();
      reader.read(last, endRow, Long.MIN_VALUE, Long.MAX_VALUE, samples);
      if (samples.count() > 0) {
        add(ref, samples);
        written += samples.count();
      }
    }
    return written;
  }

  private void add(int ref, SampleColumns samples) throws IOException {
    long[] times = samples.timesMs();
    int count = samples.count();
    int from = 0;
    while (from < count) {
      TimeRange window = Windows.window(times[from], windowMs);
      int to = count;
      if (times[count - 1] > window.endMs()) {
        to = from + 1;
        while (times[to] <= window.endMs()) {
          to++;
        }
      }
      target(window).writer().add(ref, samples, from, to);
      from = to;
    }
  }

  private Target target(TimeRange window) throws IOException {
    Target target = targets.get(window.startMs());
    if (target == null) {
      if (targets.size() == Windows.MAX_WINDOWS) {
        throw new TooManyWindows();
      }
      Manifest.Entry entry = new Manifest.Entry(false, files.nextNumber(), createdMs);
      target =
          new Target(
              entry, new PartWriter(disk, entry.path(directory), new Sealed(0, window, seq, seq)));
      targets.put(window.startMs(), target);
    }
    return target;
  }

  /// Makes the parts durable.
  List<Manifest.Entry> finish() throws IOException {
    List<Manifest.Entry> entries = new ArrayList<>();
    for (Target target : targets.values()) {
      target.writer().finish();
      entries.add(target.entry());
    }
    whole = true;
    return entries;
  }

  /// Removes what was written unless all of it was finished: the next sealing writes it anew.
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Target target : targets.values()) {
      try {
        target.writer().close();
        if (!whole) {
          disk.delete(target.entry().path(directory));
        }
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
