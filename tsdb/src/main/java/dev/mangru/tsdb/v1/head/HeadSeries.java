package dev.mangru.tsdb.v1.head;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.v1.chunk.Chunk;
import dev.mangru.tsdb.v1.chunk.ChunkEncoder;
import dev.mangru.tsdb.v1.chunk.Newest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One series of one head. The samples are guarded by the head's lock.
public final class HeadSeries {

  private static final Chunk[] NONE = {};

  private final long ref;
  private final Labels labels;

  /// Whether a record that defines the series is durable; set under the head's write lock.
  private volatile boolean defined;

  /// The last record that carries a definition of the series; guarded by the store's submit lock.
  private long definedIn;

  private boolean hasNewest;
  private long newestMs;
  private long newestBits;
  private boolean indexed;
  private Chunk[] closed = NONE;
  private @Nullable ChunkEncoder open;

  HeadSeries(long ref, Labels labels) {
    this.ref = ref;
    this.labels = labels;
  }

  /// The number by which log records name the series.
  public long ref() {
    return ref;
  }

  /// Its labels.
  public Labels labels() {
    return labels;
  }

  /// Whether a durable record defines it.
  public boolean defined() {
    return defined;
  }

  /// Marks record `number` as carrying a definition; false if it does already. Guarded by the
  /// store's submit lock.
  public boolean defineIn(long number) {
    if (definedIn == number) {
      return false;
    }
    definedIn = number;
    return true;
  }

  /// The newest accepted sample, here or in older places; null if there is none.
  public @Nullable Newest newest() {
    return hasNewest ? new Newest(newestMs, newestBits) : null;
  }

  void define(@Nullable Newest before) {
    if (defined) {
      return;
    }
    if (before != null) {
      hasNewest = true;
      newestMs = before.timestampMs();
      newestBits = before.valueBits();
    }
    defined = true;
  }

  Outcome append(long timestampMs, long valueBits) {
    if (hasNewest && timestampMs <= newestMs) {
      if (timestampMs < newestMs) {
        return Outcome.OUT_OF_ORDER;
      }
      return valueBits == newestBits ? Outcome.REPEATED : Outcome.CONFLICT;
    }
    ChunkEncoder encoder = open;
    if (encoder == null || encoder.full()) {
      if (encoder != null) {
        closed = Arrays.copyOf(closed, closed.length + 1);
        closed[closed.length - 1] = encoder.close();
      }
      encoder = new ChunkEncoder();
      open = encoder;
    }
    encoder.append(timestampMs, valueBits);
    hasNewest = true;
    newestMs = timestampMs;
    newestBits = valueBits;
    return Outcome.STORED;
  }

  /// Time of the newest accepted sample; only while there is one.
  public long newestMs() {
    return newestMs;
  }

  int openBytes() {
    return open == null ? 0 : open.capacityBytes();
  }

  boolean indexed() {
    return indexed;
  }

  void setIndexed() {
    indexed = true;
  }

  /// Every chunk; the open one as it is now.
  Chunk[] chunks() {
    if (open == null) {
      return closed;
    }
    Chunk[] all = Arrays.copyOf(closed, closed.length + 1);
    all[closed.length] = open.snapshot();
    return all;
  }
}
