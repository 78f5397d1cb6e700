package dev.mangru.tsdb.head;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// Pages of memory outside the heap, kept for the next user: a seal gives back some hundred pages
/// every minute, and mapping and zeroing them anew costs more than the rows they hold. Thread-safe.
///
/// A page comes back with whatever was in it. Each has an arena of its own, so that pages beyond
/// what is worth keeping are really given back.
final class PagePool {

  record Page(Arena arena, MemorySegment segment) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Page> idle = new ArrayDeque<>();
  private final long pageBytes;
  private int keep; // guarded by lock

  /// The fewest idle pages there were since [#giveBackSpare]; guarded by lock.
  private int spare;

  private final AtomicInteger inUse = new AtomicInteger();

  /// @param keep idle pages kept at most
  PagePool(long pageBytes, int keep) {
    this.pageBytes = pageBytes;
    this.keep = keep;
  }

  Page take() {
    lock.lock();
    try {
      Page page = idle.pollLast();
      spare = Math.min(spare, idle.size());
      if (page == null) {
        Arena arena = Arena.ofShared();
        page = new Page(arena, arena.allocate(pageBytes, 8));
      }
      inUse.incrementAndGet();
      return page;
    } finally {
      lock.unlock();
    }
  }

  /// Takes a page back that nobody reads any more.
  void give(Page page) {
    lock.lock();
    try {
      inUse.decrementAndGet();
      if (idle.size() < keep) {
        idle.addLast(page);
        return;
      }
    } finally {
      lock.unlock();
    }
    page.arena.close();
  }

  int inUse() {
    return inUse.get();
  }

  /// Bytes of pages in use. Takes no lock.
  long bytesInUse() {
    return inUse.get() * pageBytes;
  }

  /// Bytes of pages in use and idle.
  long bytes() {
    lock.lock();
    try {
      return (inUse.get() + idle.size()) * pageBytes;
    } finally {
      lock.unlock();
    }
  }

  /// From now on keeps nothing.
  void close() {
    lock.lock();
    try {
      keep = 0;
    } finally {
      lock.unlock();
    }
    trim();
  }

  /// Gives back the idle pages that nobody has needed since the last time.
  void giveBackSpare() {
    lock.lock();
    try {
      for (; spare > 0; spare--) {
        idle.removeFirst().arena.close();
      }
      spare = idle.size();
    } finally {
      lock.unlock();
    }
  }

  /// Gives back the idle pages.
  void trim() {
    lock.lock();
    try {
      while (!idle.isEmpty()) {
        idle.removeLast().arena.close();
      }
      spare = 0;
    } finally {
      lock.unlock();
    }
  }
}
