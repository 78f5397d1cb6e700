package dev.mangru.tsdb.transfer;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.AppendResult;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Sorts samples that come in any order by window, series and time, and gives an [ImportTarget]
/// those that it does not have. Memory is bounded: what does not fit goes through files of sorted
/// runs, merged at the end. Confined to one thread; used once.
///
/// Importing the same samples again changes nothing. Where the store has a sample at a time, that
/// one stays; among the samples of one import the one that came first counts. A crash leaves whole
/// windows; importing again does the rest.
public final class Importer implements ImportSink, Closeable {

  /// In the report: a sample whose time holds another value already.
  public static final String CONFLICT = "another value is there at that time";

  /// Labels, map entry and empty arrays of a series, beside its texts. Estimated, rounded up.
  private static final int SERIES_BYTES = 400;

  /// In place of the samples of a series that the store does not take.
  private static final SampleBuffer REFUSED = new SampleBuffer();

  /// Files merged at once: each holds a read buffer.
  private static final int MAX_SPILLS = 4_096;

  private final ImportTarget target;
  private final Disk disk;
  private final Path folder;
  private final long memoryBytes;
  private final ImportProgress.Listener listener;
  private final long oldestMs;
  private final long newestMs;
  private final long windowMs;

  private Map<Labels, SampleBuffer> buffers = new HashMap<>();
  private long heldBytes;
  private final List<Path> spills = new ArrayList<>();

  private final SeriesCounter series = new SeriesCounter();
  private final SortedMap<String, Long> refused = new TreeMap<>();
  private String labelReason = "";
  private long read;
  private long imported;
  private long alreadyThere;
  private int windows;

  /// @param folder for files that live as long as the import; made when needed, emptied and removed
  ///   by [#close]; nothing else may be in it
  /// @param memoryBytes samples held in memory, about
  public Importer(
      ImportTarget target,
      Disk disk,
      Path folder,
      long memoryBytes,
      ImportProgress.Listener listener) {
    this.target = target;
    this.disk = disk;
    this.folder = folder;
    this.memoryBytes = memoryBytes;
    this.listener = listener;
    this.oldestMs = target.oldestMs();
    this.newestMs = target.newestMs();
    this.windowMs = target.windowMs();
  }

  /// Reads all of `source` and stores it.
  public ImportReport run(ImportSource source) throws IOException {
    removeSpills();
    source.read(this);
    return store();
  }

  // ---- Reading

  @Override
  public void add(Labels labels, SampleColumns samples) throws IOException {
    long[] timesMs = samples.timesMs();
    double[] values = samples.values();
    for (int i = 0; i < samples.count(); i++) {
      add(labels, timesMs[i], samples.startMs(i), values[i], samples.histogram(i));
    }
  }

  @Override
  public void add(Labels labels, long timestampMs, long startMs, double value) throws IOException {
    add(labels, timestampMs, startMs, value, null);
  }

  /// The series of the last sample; sources tell many in a row.
  private Labels lastLabels = Labels.empty();

  private SampleBuffer lastBuffer = new SampleBuffer();
  private boolean anyLast;

  private void add(
      Labels labels,
      long timestampMs,
      long startMs,
      double value,
      @Nullable NativeHistogram histogram)
      throws IOException {
    read++;
    if (timestampMs < oldestMs) {
      refuse(new AppendResult.TooOld(oldestMs).describe(), 1);
      return;
    }
    if (timestampMs > newestMs) {
      refuse(new AppendResult.TooFarAhead(newestMs).describe(), 1);
      return;
    }
    if (!anyLast || !labels.equals(lastLabels)) {
      lastBuffer = buffer(labels);
      lastLabels = labels;
      anyLast = true;
    }
    if (lastBuffer == REFUSED) {
      refuse(labelReason, 1);
      return;
    }
    heldBytes += lastBuffer.add(timestampMs, startMs, value, histogram);
    if (heldBytes > memoryBytes) {
      spill();
    }
  }

  private SampleBuffer buffer(Labels labels) {
    SampleBuffer known = buffers.get(labels);
    if (known != null) {
      return known;
    }
    series.add(labels);
    heldBytes += SERIES_BYTES;
    for (int i = 0; i < labels.count(); i++) {
      heldBytes += 2L * (labels.name(i).length() + labels.value(i).length());
    }
    String refusal = target.refusal(labels);
    if (refusal != null && labelReason.isEmpty()) {
      labelReason = "over a limit of labels; the first one: " + refusal;
    }
    SampleBuffer made = refusal == null ? new SampleBuffer() : REFUSED;
    buffers.put(labels, made);
    return made;
  }

  private void refuse(String reason, long samples) {
    refused.merge(reason, samples, Long::sum);
  }

  @Override
  public void progress(long done, long total) {
    listener.progress(
        new ImportProgress(ImportProgress.Phase.READING, done, total, series.count(), read));
  }

  private void spill() throws IOException {
    if (spills.size() == MAX_SPILLS) {
      throw new IOException(
          "the import needs more than "
              + MAX_SPILLS
              + " files of "
              + memoryBytes
              + " bytes: import it in parts, or give the process more memory");
    }
    disk.createDirectories(folder);
    Path path = folder.resolve("%06d.run".formatted(spills.size()));
    spills.add(path);
    try (MemoryRun run = takeBuffers()) {
      SpillFile.write(disk, path, run);
    }
  }

  private MemoryRun takeBuffers() {
    MemoryRun run = new MemoryRun(buffers, windowMs);
    buffers = new HashMap<>();
    heldBytes = 0;
    anyLast = false;
    return run;
  }

  // ---- Storing

  private ImportReport store() throws IOException {
    List<Run> runs = new ArrayList<>();
    try {
      PriorityQueue<Ranked> queue =
          new PriorityQueue<>(
              Comparator.<Ranked>comparingLong(ranked -> ranked.run.window())
                  .thenComparing(ranked -> ranked.run.labels())
                  .thenComparingInt(Ranked::order));
      for (Path path : spills) {
        runs.add(SpillFile.open(disk, path));
      }
      runs.add(takeBuffers());
      for (int i = 0; i < runs.size(); i++) {
        if (runs.get(i).next()) {
          queue.add(new Ranked(runs.get(i), i));
        }
      }
      while (!queue.isEmpty()) {
        storeWindow(queue);
      }
    } finally {
      closeAll(runs);
    }
    return new ImportReport(series.count(), read, imported, alreadyThere, refused, windows);
  }

  private record Ranked(Run run, int order) {}

  private static void closeAll(List<Run> runs) throws IOException {
    IOException first = null;
    for (Run run : runs) {
      try {
        run.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private void storeWindow(PriorityQueue<Ranked> queue) throws IOException {
    long number = first(queue).run.window();
    TimeRange range = new TimeRange(number * windowMs, number * windowMs + windowMs - 1);
    SampleBuffer incoming = new SampleBuffer();
    SampleColumns fresh = new SampleColumns();
    SampleColumns existing = new SampleColumns();
    long added = 0;
    try (ImportTarget.Window out = target.window(range)) {
      while (!queue.isEmpty() && first(queue).run.window() == number) {
        Labels labels = first(queue).run.labels();
        gather(queue, number, labels, incoming);
        out.existing(labels, existing);
        pickFresh(incoming, existing, fresh);
        if (fresh.count() > 0) {
          out.add(labels, fresh);
          added += fresh.count();
        }
        tellStored(added);
      }
      out.finish();
    }
    windows += added > 0 ? 1 : 0;
    imported += added;
  }

  private static Ranked first(PriorityQueue<Ranked> queue) {
    return queue.element();
  }

  private static void gather(
      PriorityQueue<Ranked> queue, long number, Labels labels, SampleBuffer incoming)
      throws IOException {
    incoming.clear();
    while (!queue.isEmpty()
        && first(queue).run.window() == number
        && first(queue).run.labels().equals(labels)) {
      Ranked ranked = queue.remove();
      ranked.run.copyTo(incoming);
      if (ranked.run.next()) {
        queue.add(ranked);
      }
    }
    incoming.sort();
  }

  /// Counts and drops what is there already, in `existing` or earlier in `incoming`.
  private void pickFresh(SampleBuffer incoming, SampleColumns existing, SampleColumns fresh) {
    fresh.clear();
    long[] times = existing.timesMs();
    int there = 0;
    int kept = -1;
    for (int i = 0; i < incoming.count(); i++) {
      long timeMs = incoming.timeMs(i);
      while (there < existing.count() && times[there] < timeMs) {
        there++;
      }
      if (there < existing.count() && times[there] == timeMs) {
        settle(incoming.same(i, existing, there));
      } else if (kept >= 0 && incoming.timeMs(kept) == timeMs) {
        settle(incoming.same(i, kept));
      } else {
        kept = i;
        incoming.copyTo(fresh, i);
      }
    }
  }

  private void settle(boolean same) {
    if (same) {
      alreadyThere++;
    } else {
      refuse(CONFLICT, 1);
    }
  }

  private void tellStored(long inThisWindow) {
    long refusedSamples = 0;
    for (long count : refused.values()) {
      refusedSamples += count;
    }
    long settled = imported + inThisWindow + alreadyThere + refusedSamples;
    listener.progress(
        new ImportProgress(ImportProgress.Phase.WRITING, settled, read, series.count(), settled));
  }

  private void removeSpills() throws IOException {
    if (disk.exists(folder)) {
      for (Path path : disk.list(folder)) {
        disk.delete(path);
      }
      disk.delete(folder);
    }
  }

  /// Removes the files made on the way.
  @Override
  public void close() throws IOException {
    removeSpills();
  }
}
