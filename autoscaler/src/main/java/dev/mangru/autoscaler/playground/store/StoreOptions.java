package dev.mangru.autoscaler.playground.store;

/// Limits of an [ObjectStore].
///
/// @param historyChanges changes that are kept for watchers and for lists at an older revision; who
///   asks for older ones is told 410
/// @param historyBytes memory that those changes take at most, estimated; the newest is always kept
/// @param segmentBytes size of one segment of the journal
/// @param compactBytes bytes of changes in the journal after which it is rewritten as a snapshot,
///   once they are also more than the snapshot itself
public record StoreOptions(
    int historyChanges, long historyBytes, long segmentBytes, long compactBytes) {

  /// 4096 changes in at most 64 MiB, segments of 16 MiB, a snapshot every 64 MiB. Chosen: a change
  /// of a pod takes some 12 KB.
  public static final StoreOptions DEFAULTS =
      new StoreOptions(4096, 64L << 20, 16L << 20, 64L << 20);

  /// Checks the limits.
  public StoreOptions {
    if (historyChanges < 1 || historyBytes < 1 || segmentBytes < 1 || compactBytes < 1) {
      throw new IllegalArgumentException(
          ("limits of a store must be positive: historyChanges %d, historyBytes %d, segmentBytes"
                  + " %d, compactBytes %d")
              .formatted(historyChanges, historyBytes, segmentBytes, compactBytes));
    }
  }

  /// These limits with another number of changes.
  public StoreOptions keeping(int changes) {
    return new StoreOptions(changes, historyBytes, segmentBytes, compactBytes);
  }
}
