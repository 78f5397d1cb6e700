package dev.mangru.collector.agent;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How the agent's loops wait and learn that they should end: first nothing new is gathered, then
/// what is left is given up. Thread-safe.
final class Stopper {

  /// How long a sender waits between attempts once the agent is stopping. Chosen: a few attempts
  /// fit into the grace.
  private static final long LAST_ATTEMPTS_MS = 200;

  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch abandoned = new CountDownLatch(1);

  /// Begins the end; false if it had begun.
  synchronized boolean stop() {
    boolean first = stopping.getCount() > 0;
    stopping.countDown();
    return first;
  }

  /// Gives up what is left.
  void abandon() {
    abandoned.countDown();
  }

  boolean isStopping() {
    return stopping.getCount() == 0;
  }

  boolean isAbandoned() {
    return abandoned.getCount() == 0;
  }

  /// Waits until the agent stops, at most so long; whether it stops.
  boolean awaitStop(Duration most) throws InterruptedException {
    return stopping.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Waits before the next attempt to send; whether to give up.
  boolean awaitNextAttempt(Duration wait) throws InterruptedException {
    if (!stopping.await(wait.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    long most = Math.min(wait.toMillis(), LAST_ATTEMPTS_MS);
    return abandoned.await(most, TimeUnit.MILLISECONDS);
  }
}
