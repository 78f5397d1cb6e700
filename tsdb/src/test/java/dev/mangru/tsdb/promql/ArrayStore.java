package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Series in arrays, to be read by one thread or by several; knows when a series is read after its
/// querier was closed.
final class ArrayStore implements MetricStore {

  private final List<One> all = new ArrayList<>();
  private final boolean concurrently;

  /// Reads so far.
  final AtomicInteger reads = new AtomicInteger();

  /// Reads after the close of the querier.
  final AtomicInteger lateReads = new AtomicInteger();

  /// Called before each read.
  Runnable beforeRead = () -> {};

  private record One(Labels labels, SampleColumns samples) {}

  ArrayStore(boolean concurrently) {
    this.concurrently = concurrently;
  }

  void add(Labels labels, SampleColumns samples) {
    all.add(new One(labels, samples));
    all.sort(Comparator.comparing(One::labels));
  }

  @Override
  public Appender appender() {
    throw new IllegalStateException("read only");
  }

  @Override
  public Querier querier(TimeRange range) {
    return new View(range);
  }

  @Override
  public void close() {}

  private final class View implements Querier {
    private final TimeRange range;
    private volatile boolean closed;

    View(TimeRange range) {
      this.range = range;
    }

    @Override
    public List<Series> select(List<LabelMatcher> matchers) {
      List<Series> selected = new ArrayList<>();
      for (One one : all) {
        if (LabelMatcher.allMatch(matchers, one.labels)) {
          selected.add(new Selected(this, one));
        }
      }
      return selected;
    }

    @Override
    public boolean readsConcurrently() {
      return concurrently;
    }

    @Override
    public List<String> labelNames(List<LabelMatcher> matchers) {
      throw new IllegalStateException("not asked for");
    }

    @Override
    public List<String> labelValues(String name, List<LabelMatcher> matchers) {
      throw new IllegalStateException("not asked for");
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final class Selected implements Querier.Series {
    private final View view;
    private final One one;

    Selected(View view, One one) {
      this.view = view;
      this.one = one;
    }

    @Override
    public Labels labels() {
      return one.labels;
    }

    @Override
    public SampleCursor samples() {
      throw new IllegalStateException("the engine reads columns");
    }

    @Override
    public void read(SampleColumns columns) {
      reads.incrementAndGet();
      beforeRead.run();
      columns.clear();
      for (int i = 0; i < one.samples.count(); i++) {
        long time = one.samples.timesMs()[i];
        if (time >= view.range.startMs() && time <= view.range.endMs()) {
          columns.add(one.samples, i);
        }
      }
      if (view.closed) {
        lateReads.incrementAndGet();
      }
    }
  }
}
