package dev.mangru.server.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/// Arrays for request bodies, used again. Thread-safe.
///
/// A body of remote write takes about a megabyte when decompressed. The garbage collector gives
/// such an array whole regions of its own and clears it first, so a fresh one for each request
/// costs more than decoding what is in it. The one given back last goes out first, because it is
/// still in the processor's cache.
///
/// Sizes are powers of two from [#SMALLEST] to [#LARGEST]; any other array is made fresh, exactly
/// as long as asked for, and left to the garbage collector. What lies idle is bounded.
final class BufferPool {

  /// Smallest and largest arrays that are used again.
  static final int SMALLEST = 16 * 1024;

  static final int LARGEST = 1 << 26;

  private static final int SMALLEST_LOG = Integer.numberOfTrailingZeros(SMALLEST);

  private final long maxIdleBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<byte[]>[] idle;
  private long idleBytes;

  /// @param maxIdleBytes bytes that may lie idle
  BufferPool(long maxIdleBytes) {
    this.maxIdleBytes = maxIdleBytes;
    idle = deques(Integer.numberOfTrailingZeros(LARGEST) - SMALLEST_LOG + 1);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the language has no arrays of generic types
  private static Deque<byte[]>[] deques(int count) {
    Deque<byte[]>[] deques = new Deque[count];
    for (int i = 0; i < count; i++) {
      deques[i] = new ArrayDeque<>(0);
    }
    return deques;
  }

  /// Length of the array that [#take] gives for `bytes`.
  static int capacity(int bytes) {
    return bytes < SMALLEST || bytes > LARGEST
        ? bytes
        : 1 << (Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1));
  }

  /// An array of at least `bytes`, with anything in it.
  byte[] take(int bytes) {
    int capacity = capacity(bytes);
    if (capacity >= SMALLEST && capacity <= LARGEST) {
      lock.lock();
      try {
        byte[] buffer = idle[place(capacity)].pollLast();
        if (buffer != null) {
          idleBytes -= capacity;
          return buffer;
        }
      } finally {
        lock.unlock();
      }
    }
    return new byte[capacity];
  }

  /// Gives an array back, which nobody may touch any more.
  void give(byte[] buffer) {
    if (buffer.length < SMALLEST
        || buffer.length > LARGEST
        || Integer.bitCount(buffer.length) != 1) {
      return;
    }
    lock.lock();
    try {
      if (idleBytes + buffer.length <= maxIdleBytes) {
        idle[place(buffer.length)].addLast(buffer);
        idleBytes += buffer.length;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Bytes that lie idle.
  long idleBytes() {
    lock.lock();
    try {
      return idleBytes;
    } finally {
      lock.unlock();
    }
  }

  private static int place(int capacity) {
    return Integer.numberOfTrailingZeros(capacity) - SMALLEST_LOG;
  }
}
