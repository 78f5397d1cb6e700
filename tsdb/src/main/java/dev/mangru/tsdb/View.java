package dev.mangru.tsdb;

import dev.mangru.tsdb.compact.Tombstones;
import java.util.Comparator;
import java.util.List;

/// Every place that has samples, at one moment. Immutable; each accepted sample is in exactly one
/// place of a view.
///
/// @param firstRow rows from this one on are not in any file
/// @param files those that begin first, first
/// @param summaries made of blocks that may be among the files, or were; those that begin first,
///   first
/// @param tombstones what is deleted in the files
record View(
    long firstRow, List<StoreFile> files, List<SummaryFile> summaries, Tombstones tombstones) {

  View {
    files =
        files.stream()
            .sorted(
                Comparator.<StoreFile>comparingLong(file -> file.range().startMs())
                    .thenComparing(StoreFile.BY_PRECEDENCE))
            .toList();
    summaries =
        summaries.stream()
            .sorted(Comparator.comparingLong(file -> file.stored().range().startMs()))
            .toList();
  }
}
