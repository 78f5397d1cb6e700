package dev.mangru.tsdb.v1;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One series over every place that has samples of it.
///
/// A sample is in exactly one place, and a series' samples are appended in time order, so the
/// places mostly follow each other in time and are read one after the other. A block that was
/// merged from several may span samples of another one: then they are merged here.
final class MergedSeries implements Querier.Series {

  private final Labels labels;
  private final List<ChunkRun> runs = new ArrayList<>(2);
  private final TimeRange range;

  MergedSeries(Labels labels, TimeRange range) {
    this.labels = labels;
    this.range = range;
  }

  void add(ChunkRun run) {
    runs.add(run);
  }

  @Override
  public Labels labels() {
    return labels;
  }

  @Override
  public SampleCursor samples() {
    if (runs.size() == 1) {
      return new RunCursor(runs.getFirst(), range);
    }
    runs.sort(Comparator.comparingLong(run -> run.minMs(0)));
    boolean apart = true;
    List<SampleCursor> cursors = new ArrayList<>(runs.size());
    for (int i = 0; i < runs.size(); i++) {
      ChunkRun run = runs.get(i);
      apart &= i == 0 || lastMs(runs.get(i - 1)) < run.minMs(0);
      cursors.add(new RunCursor(run, range));
    }
    return apart ? new SequenceCursor(cursors) : new MergeCursor(cursors);
  }

  private static long lastMs(ChunkRun run) {
    return run.maxMs(run.size() - 1);
  }
}
