package dev.mangru.model.metric;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What became of samples that were imported.
///
/// @param imported samples stored
/// @param alreadyThere samples that the store had already, bit for bit
/// @param refused samples not stored, by reason in words
public record ImportOutcome(long imported, long alreadyThere, SortedMap<String, Long> refused) {

  public ImportOutcome {
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
  }
}
