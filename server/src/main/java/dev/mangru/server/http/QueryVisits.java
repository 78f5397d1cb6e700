package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryGuard;
import dev.mangru.model.metric.QueryMemory;
import dev.mangru.model.time.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Whoever asks for series or samples comes in here: a visit waits for its turn, ends when its time
/// is over or its caller has gone, and counts what it holds until its answer has been written.
/// Thread-safe.
public final class QueryVisits {

  private final QueryGate gate;
  private final Disconnects disconnects;
  private final QueryMemory memory;
  private final TenantQueryLimits limits;
  private final Ticker ticker;

  /// @param disconnects ends visits whose callers went away
  /// @param memory that all visits share
  public QueryVisits(
      QueryGate gate,
      Disconnects disconnects,
      QueryMemory memory,
      TenantQueryLimits limits,
      Ticker ticker) {
    this.gate = gate;
    this.disconnects = disconnects;
    this.memory = memory;
    this.limits = limits;
    this.ticker = ticker;
  }

  /// Waits for a turn; close the visit when its answer has been written.
  ///
  /// @param params may ask for a shorter `timeout` and for fewer `max_samples` than the tenant may
  ///   have
  /// @throws MangruException `UNAVAILABLE` if no turn came in time, `CANCELED` if the caller went
  ///   away
  public Visit enter(HttpServletRequest request, String tenant, Params params) {
    TenantQueryLimits.OfTenant allowed = limits.of(tenant);
    Visit visit =
        new Visit(allowed.query().within(params.duration("timeout"), params.maxSamples()), request);
    try {
      visit.wait(tenant, allowed.concurrent());
    } catch (RuntimeException e) {
      visit.close();
      throw e;
    }
    return visit;
  }

  /// One request for series or samples. Confined to its thread.
  public final class Visit implements QueryGuard, AutoCloseable {

    private final QueryLimits own;
    private final Cancellation cancellation = new Cancellation();
    private final QueryMemory.Share share = memory.open();
    private final Disconnects.Watch watch;
    private QueryGate.@Nullable Turn turn;
    private long startNs = ticker.read();

    private Visit(QueryLimits own, HttpServletRequest request) {
      this.own = own;
      this.watch = disconnects.watch(request, cancellation);
    }

    private void wait(String tenant, int concurrent) {
      turn = gate.enter(tenant, concurrent, this::checkWanted);
      startNs = ticker.read();
    }

    /// The options of the query: its time, its memory, and the flag that ends it.
    ///
    /// @param askedLookback what the request asked for, or null
    public MetricQuery.Options options(@Nullable Duration askedLookback) {
      return own.options(null, askedLookback, cancellation).withMemory(share);
    }

    /// How long it waited for its turn, in nanoseconds.
    public long waitedNs() {
      QueryGate.Turn had = turn;
      return had == null ? 0 : had.waitedNs();
    }

    private void checkWanted() {
      if (cancellation.requested()) {
        throw new MangruException(ErrorCode.CANCELED, "query was canceled in queue");
      }
    }

    @Override
    public void check() {
      if (cancellation.requested()) {
        throw new MangruException(ErrorCode.CANCELED, "query was canceled in series selection");
      }
      if (ticker.read() - startNs > own.timeout().toNanos()) {
        throw new MangruException(ErrorCode.TIMEOUT, "query timed out in series selection");
      }
    }

    @Override
    public void holdBytes(long bytes) {
      share.hold(bytes, this::check);
    }

    /// Says that the answer is known and only has to be written: others may have the turn. Has to
    /// be called before anything is written.
    public void computed() {
      watch.close();
      QueryGate.Turn had = turn;
      if (had != null) {
        had.close();
      }
    }

    @Override
    public void close() {
      computed();
      share.close();
    }
  }
}
