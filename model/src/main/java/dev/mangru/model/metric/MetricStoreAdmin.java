package dev.mangru.model.metric;

import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.util.List;

/// What an administrator does to a metric store. Thread-safe. All of it may take long and returns
/// when it is done; queries and writes go on meanwhile.
public interface MetricStoreAdmin {

  /// Deletes the samples in `range` of all series that at least one of `selectors` selects. A
  /// selector is a list of matchers that all have to match. Durable, and seen by every query from
  /// now on, when this returns; the bytes may go later.
  ///
  /// @throws dev.mangru.model.error.MangruException `OVERLOADED` for too many deletions whose
  ///   samples are not removed yet; `UNAVAILABLE` if the store is closed
  /// @throws IOException if the disk fails
  void deleteSeries(List<List<LabelMatcher>> selectors, TimeRange range) throws IOException;

  /// Removes the bytes of all deleted samples.
  ///
  /// @throws IOException if the disk fails
  void cleanTombstones() throws IOException;

  /// Makes a consistent copy that costs no disk space until the store changes its files.
  ///
  /// @param skipMemory leaves out what is in memory and not in files yet, the last minutes; else it
  ///   is written to files first
  /// @return the name of its folder
  /// @throws IOException if the disk fails
  String snapshot(boolean skipMemory) throws IOException;

  /// Brings everything to its final form: what is in memory is written to files, and files are
  /// merged.
  ///
  /// @throws IOException if the disk fails
  void compact() throws IOException;

  /// What the store tells about itself.
  ///
  /// @param limit the most entries of each list
  MetricStoreStatus status(int limit);

  /// The blocks there are, oldest first.
  List<StoredBlock> blocks();
}
