package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import java.io.IOException;

/// Imports through ordinary batches, for stores that have no bulk path. Such a store takes samples
/// in time order only, so this fits an empty one; a sample it refuses ends the import. Confined to
/// one thread.
public final class AppenderTarget implements ImportTarget {

  private static final int BATCH_SAMPLES = 50_000;
  private static final long TWO_HOURS_MS = 7_200_000;

  private final MetricStore store;
  private final TimeRange accepted;

  /// @param accepted the times that `store` takes
  public AppenderTarget(MetricStore store, TimeRange accepted) {
    this.store = store;
    this.accepted = accepted;
  }

  @Override
  public long oldestMs() {
    return accepted.startMs();
  }

  @Override
  public long newestMs() {
    return accepted.endMs();
  }

  @Override
  public long windowMs() {
    return TWO_HOURS_MS;
  }

  @Override
  public Window window(TimeRange window) {
    return new Batches(new ExistingSamples(store.querier(window)));
  }

  private final class Batches implements Window {

    private final ExistingSamples existing;
    private Appender appender = store.appender();
    private int held;

    Batches(ExistingSamples existing) {
      this.existing = existing;
    }

    @Override
    public void existing(Labels labels, SampleColumns columns) {
      existing.read(labels, columns);
    }

    @Override
    public void add(Labels labels, SampleColumns samples) throws IOException {
      for (int i = 0; i < samples.count(); i++) {
        long timeMs = samples.timesMs()[i];
        NativeHistogram histogram = samples.histogram(i);
        if (histogram == null) {
          appender.append(labels, timeMs, samples.startMs(i), samples.values()[i]);
        } else {
          appender.append(labels, timeMs, samples.startMs(i), histogram);
        }
        if (++held == BATCH_SAMPLES) {
          finish();
        }
      }
    }

    @Override
    public void finish() throws IOException {
      AppendSummary summary = appender.commit();
      if (summary.rejected() > 0) {
        throw new IOException(
            "the store refused "
                + summary.rejected()
                + " samples, the first one: "
                + summary.examples().getFirst().describe());
      }
      appender = store.appender();
      held = 0;
    }

    @Override
    public void close() {
      existing.close();
    }
  }
}
