package dev.mangru.tsdb.transfer;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The store as bulk writers see it: samples come window by window and series by series, sorted,
/// and each only if it is not there yet. Confined to one thread.
///
/// The store takes any time between [#oldestMs] and [#newestMs], whatever is there already.
public interface ImportTarget {

  /// Samples before this time are not wanted: the retention. Milliseconds since the epoch.
  long oldestMs();

  /// Samples after this time are not wanted.
  long newestMs();

  /// The width of a window in milliseconds; windows are aligned to multiples of it.
  long windowMs();

  /// Why the store takes no sample of a series with these labels, in words; null if it does.
  default @Nullable String refusal(Labels labels) {
    return null;
  }

  /// Opens a window. One is open at a time.
  Window window(TimeRange window) throws IOException;

  /// One window being written. Nothing in it can be read before [#finish] returns.
  interface Window extends Closeable {

    /// Replaces what is in `columns` by the samples that the store holds of a series in the window.
    /// Series are asked for in label order; no limit of queries applies.
    void existing(Labels labels, SampleColumns columns) throws IOException;

    /// Samples of one series inside the window, in time order, each time once, none of them in the
    /// store. Series come in label order, each once. `samples` is not kept.
    void add(Labels labels, SampleColumns samples) throws IOException;

    /// Makes what was added durable and readable, all at one moment; nothing if nothing was.
    ///
    /// @throws dev.mangru.model.error.MangruException `OVERLOADED` if somebody wrote samples of the
    ///   same series and times while the window was open, and nothing of it was stored
    void finish() throws IOException;

    /// Gives up what was not finished.
    @Override
    void close() throws IOException;
  }
}
