package dev.mangru.model.metric;

import dev.mangru.model.time.TimeRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// What an administrator does to a metric store. Thread-safe. All of it may take long and returns
/// when it is done; queries and writes go on meanwhile.
public interface MetricStoreAdmin {

  /// What the bytes of [#importPiece] are, over HTTP.
  String PIECE_TYPE = "application/vnd.mangru.import; version=1";

  /// Longest piece that is taken, in bytes. Chosen: twice what `mangru import` sends.
  int MAX_PIECE_BYTES = 64 << 20;

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

  /// Stores a piece of an import: samples of any time inside the retention, beside whatever is
  /// there; what is there stays, and so does what was written first meanwhile. Durable, and seen by
  /// every query from now on, when this returns. One import goes on at a time.
  ///
  /// @param piece its bytes, as `mangru import` makes them; read to the end and not closed. What
  ///   its `read` throws comes out as it is
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if it is none; `OVERLOADED` if
  ///   another import is under way, or the same series and times are being written; `UNAVAILABLE`
  ///   if the disk is full or the store is closed. Windows that were stored by then stay
  /// @throws IOException if the disk fails
  ImportOutcome importPiece(InputStream piece) throws IOException;

  /// What the store tells about itself.
  ///
  /// @param limit the most entries of each list
  MetricStoreStatus status(int limit);

  /// The blocks there are, oldest first.
  List<StoredBlock> blocks();
}
