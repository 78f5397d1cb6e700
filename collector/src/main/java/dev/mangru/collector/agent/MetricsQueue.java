package dev.mangru.collector.agent;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.collector.send.EncodedSamples;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Encoded samples that wait for the server, oldest first, bounded in bytes and age: what is over
/// the bound is dropped from the old end and counted. Thread-safe.
final class MetricsQueue {

  private final long maxBytes;
  private final long maxAgeMs;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();

  @GuardedBy("lock")
  private final ArrayDeque<EncodedSamples> queue = new ArrayDeque<>();

  @GuardedBy("lock")
  private long bytes;

  @GuardedBy("lock")
  private long droppedSamples;

  MetricsQueue(long maxBytes, Duration maxAge) {
    this.maxBytes = maxBytes;
    this.maxAgeMs = maxAge.toMillis();
  }

  /// Adds samples at the new end.
  void add(EncodedSamples samples) {
    lock.lock();
    try {
      queue.addLast(samples);
      bytes += samples.bytes();
      while (queue.size() > 1 && isOver(samples.newestMs())) {
        EncodedSamples oldest = queue.removeFirst();
        bytes -= oldest.bytes();
        droppedSamples += oldest.samples();
      }
      notEmpty.signal();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean isOver(long newestMs) {
    return bytes > maxBytes || newestMs - queue.getFirst().newestMs() > maxAgeMs;
  }

  /// Takes the oldest; null if none came within `wait`.
  @Nullable EncodedSamples poll(Duration wait) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = wait.toNanos();
      while (queue.isEmpty() && left > 0) {
        left = notEmpty.awaitNanos(left);
      }
      EncodedSamples oldest = queue.pollFirst();
      if (oldest != null) {
        bytes -= oldest.bytes();
      }
      return oldest;
    } finally {
      lock.unlock();
    }
  }

  /// Bytes waiting.
  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /// The newest timestamp of the oldest samples, milliseconds since the epoch; 0 if there is none.
  long oldestMs() {
    lock.lock();
    try {
      EncodedSamples oldest = queue.peekFirst();
      return oldest == null ? 0 : oldest.newestMs();
    } finally {
      lock.unlock();
    }
  }

  /// Samples dropped because the queue was over its bound.
  long droppedSamples() {
    lock.lock();
    try {
      return droppedSamples;
    } finally {
      lock.unlock();
    }
  }
}
