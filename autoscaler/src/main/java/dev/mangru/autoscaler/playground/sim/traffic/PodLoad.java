package dev.mangru.autoscaler.playground.sim.traffic;

import dev.mangru.autoscaler.playground.sim.scenario.WorkloadSpec.HttpSpec;

/// The requests of one container: what it was offered, what waits in it and what became of the
/// rest.
///
/// An open-loop queue in whole requests: those who ask do not slow down when answers do. A
/// container works through at most `cores / cpuSecondsPerRequest` requests a second, and no more at
/// once than it has workers. What is above that waits; what does not fit into the queue is refused
/// (503); what would wait longer than the timeout gives up (504). Below saturation the wait follows
/// Sakasegawa's approximation of an M/M/m queue (Engineering Costs and Production Economics, 1977),
/// so it rises slowly up to about 70 % and steeply after that.
///
/// Every request offered is served, refused, given up, lost, or still waiting. Not thread-safe.
public final class PodLoad {

  /// At this utilisation and above the backlog, not chance, says how long one waits.
  private static final double MOST_UTILISATION = 0.98;

  /// Share of the service time that is the same for each request; the rest varies.
  private static final double STEADY_SHARE = 0.6;

  /// Share of the backlog's wait that everyone has.
  private static final double BACKLOG_SHARE = 0.7;

  private final HttpSpec spec;
  private final Histogram histogram = new Histogram();
  private long offered;
  private long waiting;
  private double budget;
  private double busy;
  private double roundingShare;
  private final Answers answers = new Answers();
  private Tick last = Tick.NOTHING;

  /// An idle container.
  public PodLoad(HttpSpec spec) {
    this.spec = spec;
  }

  /// What happened in one step.
  ///
  /// @param arrived requests offered for it
  /// @param served answered with 200 or 500
  /// @param failed of those, answered with 500
  /// @param refused with 503, because the queue was full
  /// @param gaveUp with 504, because the wait was too long
  /// @param cpuSeconds used for requests
  /// @param utilisation arrived work over what could be done; above 1 is overload
  /// @param meanSeconds mean latency of those served
  public record Tick(
      long arrived,
      long served,
      long failed,
      long refused,
      long gaveUp,
      double cpuSeconds,
      double utilisation,
      double meanSeconds) {

    /// Nothing happened.
    public static final Tick NOTHING = new Tick(0, 0, 0, 0, 0, 0, 0, 0);

    /// Requests that got an answer, good or bad.
    public long answered() {
      return served + refused + gaveUp;
    }

    /// Requests that did not get a good answer.
    public long bad() {
      return failed + refused + gaveUp;
    }
  }

  /// Hands it requests that it sees in the next step.
  public void offer(long requests) {
    offered += requests;
  }

  /// Lets time pass.
  ///
  /// @param cores how much it may compute at once, above 0
  /// @param seconds above 0
  /// @param luck from 0 to below 1: how the fractions of this step's counts round
  public Tick advance(double cores, double seconds, double luck) {
    double serviceSeconds = spec.cpuSecondsPerRequest() / Math.min(1, cores) + spec.waitSeconds();
    double rate = Math.min(cores / spec.cpuSecondsPerRequest(), spec.workers() / serviceSeconds);
    long arrived = offered;
    offered = 0;
    final long before = waiting;
    final double utilisation = arrived / (rate * seconds);

    budget += rate * seconds;
    final long served = Math.min(waiting + arrived, (long) budget);
    waiting += arrived - served;
    budget = waiting == 0 ? Math.min(budget - served, 1) : budget - served;

    final long refused = Math.max(0, waiting - spec.queue());
    waiting -= refused;
    final long gaveUp = Math.max(0, waiting - (long) (rate * spec.timeoutSeconds()));
    waiting -= gaveUp;

    double backlog = (before + waiting) / 2.0 / rate;
    double random =
        Math.min(randomWait(cores, Math.min(utilisation, MOST_UTILISATION)), spec.timeoutSeconds());
    roundingShare = luck;
    long failed = Math.min(served, (long) (served * spec.errorRate() + luck));
    double floor = STEADY_SHARE * serviceSeconds + BACKLOG_SHARE * backlog;
    double spread = (1 - STEADY_SHARE) * serviceSeconds + random + (1 - BACKLOG_SHARE) * backlog;
    histogram.observe(served, floor, spread, luck);
    histogram.observeAll(gaveUp, spec.timeoutSeconds());
    answers.add(200, served - failed, spec.postShare(), luck);
    answers.add(500, failed, spec.postShare(), luck);
    answers.add(503, refused, spec.postShare(), luck);
    answers.add(504, gaveUp, spec.postShare(), luck);
    busy = Math.min(spec.workers(), served / seconds * serviceSeconds);
    last =
        new Tick(
            arrived,
            served,
            failed,
            refused,
            gaveUp,
            Math.min(served * spec.cpuSecondsPerRequest(), cores * seconds),
            utilisation,
            floor + spread);
    return last;
  }

  private double randomWait(double cores, double utilisation) {
    double servers = Math.max(1, Math.rint(cores));
    double each = spec.cpuSecondsPerRequest() * servers / cores;
    double exponent = StrictMath.sqrt(2 * (servers + 1)) - 1;
    return each * StrictMath.pow(utilisation, exponent) / (servers * (1 - utilisation));
  }

  /// Forgets what waits, because the container ended; says how many requests were lost with it.
  public long drop() {
    long lost = waiting + offered;
    waiting = 0;
    offered = 0;
    budget = 0;
    busy = 0;
    last = Tick.NOTHING;
    return lost;
  }

  /// The last step.
  public Tick last() {
    return last;
  }

  /// Requests in it now: waiting and being worked on.
  public long inFlight() {
    return waiting + (long) (busy + roundingShare);
  }

  /// Requests that wait, or were offered since the last step.
  public long waiting() {
    return waiting + offered;
  }

  /// Latencies of all requests that it took in; refused ones never reached the handler.
  public Histogram histogram() {
    return histogram;
  }

  /// Answers by code and method.
  public Answers answers() {
    return answers;
  }

  /// How it answers.
  public HttpSpec spec() {
    return spec;
  }
}
