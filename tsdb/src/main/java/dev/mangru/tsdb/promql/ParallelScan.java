package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Querier;
import dev.mangru.tsdb.promql.SeriesWorker.Presence;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Computes the series of one selection on several threads and hands them on in their order.
///
/// ```
/// series   |  batch 0  |  batch 1  |  batch 2  |  batch 3  |  batch 4  | …
///             sunk        done        caller      helper      not yet
/// ```
///
/// Batches of neighbouring series are claimed in order, at most a few ahead of the one that the
/// caller sinks next, so that little is held. Whoever claims a batch computes it; only the caller
/// sinks, batch after batch, so sums are added up in the same order, and have the same bits, as
/// without helpers. The caller computes too, so a query goes on though all helpers are busy with
/// others; a helper does one batch and then queues up again behind other queries' helpers.
///
/// No helper touches a series after [#run] has returned or thrown: it waits for them, one batch at
/// most, which the end of the query's time or its cancellation ends early.
final class ParallelScan {

  /// Fewer series or less work than this are done before a helper has woken up. Chosen: two
  /// milliseconds.
  private static final int FEWEST_SERIES = 128;

  private static final long LEAST_WORK = 300_000;

  /// Steps and series of a batch: 256 KB of results, about 200 µs.
  private static final int BATCH_VALUES = 1 << 15;

  /// Work of one series beside its steps, in steps.
  private static final int SERIES_WORK = 64;

  /// Samples that one helper may hold; far more than a series and the windows have. Chosen.
  private static final long MOST_HELD = 1 << 22;

  /// How long to sleep if nobody says that a batch is done.
  private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int HELPERS = Math.min(15, Runtime.getRuntime().availableProcessors() - 1);

  private static final ThreadPoolExecutor POOL = pool();

  private final QueryContext context;
  private final List<Querier.Series> series;
  private final SelectorReader.Reading reading;
  private final SeriesWorker own;
  private final int batchSize;
  private final int batches;
  private final int ahead;
  private final Thread caller = Thread.currentThread();
  private final ConcurrentLinkedDeque<SeriesWorker> idle = new ConcurrentLinkedDeque<>();
  private final ConcurrentLinkedDeque<Batch> spare = new ConcurrentLinkedDeque<>();
  private final AtomicReferenceArray<@Nullable Batch> done;
  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicInteger helping = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private volatile int sunk;
  private volatile boolean stopped;

  private static ThreadPoolExecutor pool() {
    int threads = Math.max(1, HELPERS);
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                Thread.ofPlatform()
                    .name("promql-" + number.getAndIncrement())
                    .daemon(true)
                    .unstarted(task));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /// The results of neighbouring series.
  private static final class Batch {
    final double[][] values;
    final Presence[] presence;
    final @Nullable FloatHistogram[] @Nullable [] histograms;
    @Nullable RuntimeException failure;
    @Nullable Error error;

    Batch(int size, int steps) {
      values = new double[size][steps];
      presence = new Presence[size];
      histograms = new @Nullable FloatHistogram[size] @Nullable [];
    }
  }

  /// @param own the caller's worker
  ParallelScan(
      QueryContext context,
      List<Querier.Series> series,
      SelectorReader.Reading reading,
      SeriesWorker own) {
    this.context = context;
    this.series = series;
    this.reading = reading;
    this.own = own;
    this.batchSize = Math.max(1, BATCH_VALUES / (own.steps() + SERIES_WORK));
    this.batches = (series.size() + batchSize - 1) / batchSize;
    this.ahead = HELPERS + 2;
    this.done = new AtomicReferenceArray<>(batches);
  }

  /// What it does, for people.
  static String described() {
    return "read and computed by up to " + (HELPERS + 1) + " threads";
  }

  /// Whether helpers may help and are worth waking.
  static boolean isWorth(Querier querier, int series, SeriesWorker worker) {
    return HELPERS > 0
        && series >= FEWEST_SERIES
        && (long) series * (worker.steps() + SERIES_WORK) >= LEAST_WORK
        && querier.readsConcurrently()
        && worker.canFork();
  }

  /// Computes all series; false, and nothing is done, if the budget has no room for helpers.
  boolean run(SeriesStream.Sink sink) {
    QueryBudget budget = context.budget();
    long results = (long) ahead * batchSize * own.steps();
    long share = Math.min(MOST_HELD, budget.room() / (4L * HELPERS));
    if (!budget.tryHold(results)) {
      return false;
    }
    QueryBudget[] forks = new QueryBudget[HELPERS];
    for (int i = 0; i < HELPERS; i++) {
      forks[i] = budget.fork(share);
      SeriesWorker worker = own.fork(forks[i]);
      if (worker != null) {
        idle.add(worker);
      }
    }
    try {
      for (int i = 0; i < Math.min(HELPERS, batches - 1); i++) {
        callHelper();
      }
      for (int b = 0; b < batches; b++) {
        sink(await(b), b, sink);
      }
    } finally {
      stopped = true;
      while (running.get() > 0) {
        LockSupport.parkNanos(this, NAP_NS);
      }
    }
    for (QueryBudget fork : forks) {
      budget.join(fork);
    }
    budget.release(results);
    return true;
  }

  private Batch await(int wanted) {
    Batch batch = done.get(wanted);
    while (batch == null) {
      int mine = claim();
      if (mine >= 0) {
        compute(mine, own);
      } else {
        LockSupport.parkNanos(this, NAP_NS);
        context.budget().check();
      }
      batch = done.get(wanted);
    }
    return batch;
  }

  private void sink(Batch batch, int number, SeriesStream.Sink sink) {
    if (batch.failure != null) {
      throw batch.failure;
    }
    if (batch.error != null) {
      throw batch.error;
    }
    int first = number * batchSize;
    int size = Math.min(batchSize, series.size() - first);
    for (int i = 0; i < size; i++) {
      Presence presence = batch.presence[i];
      if (presence != Presence.NONE) {
        sink.accept(
            series.get(first + i).labels(),
            false,
            batch.values[i],
            batch.histograms[i],
            presence == Presence.FULL);
      }
    }
    context.budget().work(64 * size);
    done.set(number, null);
    spare.add(batch);
    sunk = number + 1;
    callHelper();
  }

  /// The next batch, or -1 if there is none or the caller is too far behind.
  private int claim() {
    while (true) {
      int next = claimed.get();
      if (next >= batches || next >= sunk + ahead) {
        return -1;
      }
      if (claimed.compareAndSet(next, next + 1)) {
        return next;
      }
    }
  }

  private void callHelper() {
    if (claimed.get() < batches && helping.get() < HELPERS) {
      helping.incrementAndGet();
      POOL.execute(this::help);
    }
  }

  /// On a helper's thread: one batch.
  private void help() {
    running.incrementAndGet();
    boolean again = false;
    try {
      SeriesWorker worker = stopped ? null : idle.poll();
      if (worker != null) {
        int mine = claim();
        if (mine >= 0) {
          compute(mine, worker);
          again = true;
        }
        idle.add(worker);
      }
    } finally {
      running.decrementAndGet();
      LockSupport.unpark(caller);
      if (again && !stopped) {
        POOL.execute(this::help);
      } else {
        helping.decrementAndGet();
      }
    }
  }

  private void compute(int number, SeriesWorker worker) {
    Batch batch = spare.poll();
    if (batch == null) {
      batch = new Batch(batchSize, own.steps());
    }
    int first = number * batchSize;
    int size = Math.min(batchSize, series.size() - first);
    try {
      for (int i = 0; i < size && !stopped; i++) {
        batch.presence[i] = worker.compute(series.get(first + i), reading, batch.values[i]);
        batch.histograms[i] = worker.histograms();
      }
    } catch (RuntimeException e) {
      batch.failure = e;
    } catch (Error e) {
      batch.error = e;
    }
    done.set(number, batch);
  }
}
