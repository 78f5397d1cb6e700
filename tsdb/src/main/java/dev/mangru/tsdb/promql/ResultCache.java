package dev.mangru.tsdb.promql;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Results of the steps of range queries, kept so that a dashboard that asks the same again a few
/// seconds later costs what is new. Shared by the engines of all tenants, within one budget of
/// bytes: what nobody has asked for longest goes first. Thread-safe.
///
/// What is kept is right or is not used: see [Stepwise] for which expressions, and
/// [dev.mangru.model.metric.PastChanges] for which samples.
public final class ResultCache {

  /// Ranges of one expression that are kept side by side: several people look at one dashboard.
  /// Chosen.
  private static final int MOST_RANGES = 3;

  /// Queries that are not tried again after one whose steps had to be evaluated together after all.
  /// Chosen.
  private static final int PAUSE = 32;

  /// Of the bytes, what one expression may take at most.
  private static final int SHARE = 4;

  /// What an entry takes beside its text and results; estimated.
  private static final long ENTRY_BYTES = 320;

  private static final AtomicLong OWNERS = new AtomicLong();

  private final long maxBytes;
  private final LongAdder hits = new LongAdder();
  private final LongAdder partHits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder passed = new LongAdder();
  private final LongAdder evicted = new LongAdder();
  private final LongAdder stepsServed = new LongAdder();

  @GuardedBy("this")
  private final Map<Key, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private long bytes;

  /// What makes two results the results of one expression at different steps.
  ///
  /// @param owner the engine, which stands for a tenant's store and for options
  /// @param expression as [PromqlPrinter] writes it
  /// @param phaseMs of the steps: where they lie between multiples of their length
  record Key(long owner, String expression, long stepMs, long phaseMs, long lookbackMs) {

    private long bytes() {
      return ENTRY_BYTES + expression.length();
    }
  }

  private static final class Slot {
    private final List<Kept> ranges = new ArrayList<>(1);
    private int pause;

    private long bytes() {
      long sum = 0;
      for (Kept one : ranges) {
        sum += one.bytes();
      }
      return sum;
    }
  }

  /// @param maxBytes budget; 0 keeps nothing
  public ResultCache(long maxBytes) {
    if (maxBytes < 0) {
      throw new IllegalArgumentException(
          "the budget of the cache of results must not be negative: " + maxBytes);
    }
    this.maxBytes = maxBytes;
  }

  /// A number for an engine.
  static long newOwner() {
    return OWNERS.incrementAndGet();
  }

  boolean isOff() {
    return maxBytes == 0;
  }

  /// Most bytes that results of one expression may take.
  long mostBytes() {
    return maxBytes / SHARE;
  }

  /// Whether the expression had to be evaluated as a whole a short while ago.
  synchronized boolean pauses(Key key) {
    Slot slot = slots.get(key);
    return slot != null && slot.pause > 0 && slot.pause-- > 0;
  }

  /// What is kept that has most steps in common with `steps`, or null.
  synchronized @Nullable Kept find(Key key, Steps steps) {
    Slot slot = slots.get(key);
    Kept best = null;
    for (int i = 0; slot != null && i < slot.ranges.size(); i++) {
      Kept one = slot.ranges.get(i);
      if (one.overlap(steps) > (best == null ? 0 : best.overlap(steps))) {
        best = one;
      }
    }
    return best;
  }

  /// Keeps `now` instead of `before`.
  ///
  /// @param before what [#find] gave, or null
  @SuppressWarnings("ReferenceEquality") // that very one
  synchronized void put(Key key, @Nullable Kept before, @Nullable Kept now) {
    Slot slot = slot(key);
    for (int i = slot.ranges.size() - 1; i >= 0; i--) {
      if (slot.ranges.get(i) == before) {
        bytes -= slot.ranges.remove(i).bytes();
      }
    }
    if (now != null && now.bytes() <= mostBytes()) {
      slot.ranges.addFirst(now);
      bytes += now.bytes();
    }
    while (slot.ranges.size() > MOST_RANGES) {
      bytes -= slot.ranges.removeLast().bytes();
    }
    shrink();
  }

  /// Forgets the expression, and does not try again for a while.
  synchronized void pause(Key key) {
    Slot slot = slot(key);
    bytes -= slot.bytes();
    slot.ranges.clear();
    slot.pause = PAUSE;
    shrink();
  }

  @GuardedBy("this")
  private Slot slot(Key key) {
    Slot slot = slots.get(key);
    if (slot == null) {
      slot = new Slot();
      slots.put(key, slot);
      bytes += key.bytes();
    }
    return slot;
  }

  @GuardedBy("this")
  private void shrink() {
    Iterator<Map.Entry<Key, Slot>> oldest = slots.entrySet().iterator();
    while (bytes > maxBytes && oldest.hasNext()) {
      Map.Entry<Key, Slot> entry = oldest.next();
      bytes -= entry.getKey().bytes() + entry.getValue().bytes();
      oldest.remove();
      evicted.increment();
    }
  }

  void countPassed() {
    passed.increment();
  }

  /// Counts a query.
  ///
  /// @param cached steps that were kept
  /// @param computed steps that were not and could have been
  void count(int cached, int computed) {
    (cached == 0 ? misses : computed == 0 ? hits : partHits).increment();
    stepsServed.add(cached);
  }

  /// Bytes that may be taken.
  public long maxBytes() {
    return maxBytes;
  }

  /// Bytes that are taken.
  public synchronized long bytes() {
    return bytes;
  }

  /// Expressions of which something is kept.
  public synchronized int entries() {
    return slots.size();
  }

  /// Queries of which all steps were kept but the newest, which never are.
  public long hits() {
    return hits.sum();
  }

  /// Queries of which some steps were kept.
  public long partHits() {
    return partHits.sum();
  }

  /// Queries of which nothing was kept.
  public long misses() {
    return misses.sum();
  }

  /// Queries whose steps cannot be kept, or that asked not to.
  public long passed() {
    return passed.sum();
  }

  /// Expressions that had to go for others.
  public long evicted() {
    return evicted.sum();
  }

  /// Steps that were not evaluated because they were kept.
  public long stepsServed() {
    return stepsServed.sum();
  }
}
