package dev.mangru.collector.pipeline;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gatherers that wait for others, such as scrapers and probes, each at its own interval and on a
/// virtual thread of its own, so that a slow target holds up nobody.
///
/// A pass hands over what has been gathered since the last one, and starts whatever is due; it
/// never waits. So samples reach the batch one pass after they were asked for, with the time at
/// which they were asked for. A gatherer that is still busy when it is due again is left alone.
///
/// Confined to one thread at a time; the threads inside are its own.
public final class WaitingGatherers implements Gatherer {

  private static final Logger log = LoggerFactory.getLogger(WaitingGatherers.class);

  private final List<Member> members = new ArrayList<>();
  private final ConcurrentLinkedQueue<SampleBatch> gathered = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("gather-waiting-", 0).factory());

  /// Adds a gatherer that is asked every `interval`, at the first pass for the first time.
  ///
  /// @throws IllegalArgumentException when the interval is not positive
  public void add(Gatherer gatherer, Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException(
          "the interval of " + gatherer.name() + " must be positive: " + interval);
    }
    members.add(new Member(gatherer, interval));
  }

  @Override
  public String name() {
    return "waiting";
  }

  @Override
  public void gather(Instant now, SampleBatch into) throws IOException {
    SampleBatch batch = gathered.poll();
    while (batch != null) {
      into.addAll(batch);
      batch = gathered.poll();
    }
    for (Member member : members) {
      Instant due = member.due;
      if ((due == null || !now.isBefore(due)) && member.busy.compareAndSet(false, true)) {
        Instant next = due == null ? now.plus(member.interval) : due.plus(member.interval);
        // Turns that were missed are not made up for.
        member.due = next.isAfter(now) ? next : now.plus(member.interval);
        threads.execute(() -> ask(member, now));
      }
    }
  }

  private void ask(Member member, Instant now) {
    SampleBatch batch = new SampleBatch();
    try {
      member.gatherer.gather(now, batch);
      gathered.add(batch);
    } catch (IOException | RuntimeException e) {
      log.atWarn().setCause(e).addKeyValue("source", member.gatherer.name()).log("cannot gather");
    } finally {
      member.busy.set(false);
    }
  }

  /// Ends the threads, which stop waiting for their targets, and closes the gatherers.
  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    threads.close();
    for (Member member : members) {
      member.gatherer.close();
    }
  }

  private static final class Member {

    final Gatherer gatherer;
    final Duration interval;
    final AtomicBoolean busy = new AtomicBoolean();
    @Nullable Instant due;

    Member(Gatherer gatherer, Duration interval) {
      this.gatherer = gatherer;
      this.interval = interval;
    }
  }
}
