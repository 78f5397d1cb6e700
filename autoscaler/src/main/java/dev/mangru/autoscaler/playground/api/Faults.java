package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What goes wrong on purpose: a test, or a person who wants to see what happens, sets it at run
/// time. Thread-safe.
public final class Faults {

  /// What happens to a request that a rule matches.
  public sealed interface Effect {

    /// It is answered, later.
    record Latency(Duration delay) implements Effect {}

    /// It is refused.
    record Refuse(KubeApiException refusal) implements Effect {}

    /// Its connection is closed without an answer.
    record Drop() implements Effect {}

    /// A 409 as between two writers.
    static Effect conflict() {
      return new Refuse(
          new KubeApiException(
              409, "Conflict", "the object has been modified; a fault was asked for", null));
    }

    /// A 429 with a `Retry-After` of so many seconds.
    static Effect tooManyRequests(int retryAfterSeconds) {
      return new Refuse(
          KubeApiException.tooManyRequests(
              "the server has received too many requests and has asked us to try again later",
              retryAfterSeconds,
              List.of()));
    }

    /// A 500.
    static Effect internalError() {
      return new Refuse(KubeApiException.internal("a fault was asked for"));
    }
  }

  private record Rule(String verb, String resource, Effect effect, AtomicInteger left) {
    boolean matches(String askedVerb, String askedResource) {
      return (verb.equals("*") || verb.equals(askedVerb))
          && (resource.equals("*") || resource.equals(askedResource));
    }
  }

  private volatile List<Rule> rules = List.of();
  private volatile boolean away;
  private final AtomicLong watchEpoch = new AtomicLong();
  private final AtomicLong hits = new AtomicLong();

  /// No faults.
  public Faults() {}

  /// Adds a rule; rules apply in the order in which they were added, latency first adding up, the
  /// first refusal or drop ending the request.
  ///
  /// @param verb `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`
  ///   or `*`
  /// @param resource `group/plural` with `/subresource` if it has one, such as `pods/eviction`,
  ///   `apps/deployments/scale`; or `*`
  /// @param times how many requests it applies to; [Integer#MAX_VALUE] for all
  public synchronized void add(String verb, String resource, Effect effect, int times) {
    List<Rule> next = new ArrayList<>(rules);
    next.add(new Rule(verb, resource, effect, new AtomicInteger(times)));
    rules = List.copyOf(next);
  }

  /// Removes all rules and comes back if away.
  public synchronized void clear() {
    rules = List.of();
    away = false;
  }

  /// Ends every watch that is open, without a word.
  public void dropWatches() {
    watchEpoch.incrementAndGet();
  }

  /// While away every connection is closed without an answer, watches included.
  public void away(boolean gone) {
    away = gone;
    if (gone) {
      dropWatches();
    }
  }

  /// Whether the server plays dead.
  public boolean away() {
    return away;
  }

  /// How many requests a rule has been applied to.
  public long hits() {
    return hits.get();
  }

  long watchEpoch() {
    return watchEpoch.get();
  }

  /// The effects on a request, in order; takes one off each rule that applies.
  List<Effect> on(String verb, String resource) {
    List<Rule> now = rules;
    if (now.isEmpty()) {
      return List.of();
    }
    List<Effect> effects = new ArrayList<>();
    for (Rule rule : now) {
      if (rule.matches(verb, resource) && rule.left().getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        hits.incrementAndGet();
        effects.add(rule.effect());
        if (!(rule.effect() instanceof Effect.Latency)) {
          break;
        }
      }
    }
    return effects;
  }
}
