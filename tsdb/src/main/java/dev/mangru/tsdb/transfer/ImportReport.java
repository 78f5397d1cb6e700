package dev.mangru.tsdb.transfer;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What became of an import. `read` is the sum of all others that count samples.
///
/// @param series different series read
/// @param read samples read
/// @param imported samples stored
/// @param alreadyThere samples that the store, or the source itself, had already, bit for bit
/// @param refused samples not stored, by reason in words
/// @param windows windows that got samples
public record ImportReport(
    long series,
    long read,
    long imported,
    long alreadyThere,
    SortedMap<String, Long> refused,
    int windows) {

  public ImportReport {
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
  }

  /// Samples not stored, for whatever reason.
  public long refusedSamples() {
    return refused.values().stream().mapToLong(Long::longValue).sum();
  }
}
