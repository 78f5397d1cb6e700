package dev.mangru.autoscaler.playground.sim.traffic;

import dev.mangru.autoscaler.playground.sim.scenario.Chance;
import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.sim.scenario.TrafficPattern;
import dev.mangru.autoscaler.playground.sim.scenario.TrafficSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Sends each service its requests and spreads them over its ready containers, one after the other,
/// as a round-robin balancer does. Not thread-safe.
public final class ServiceTraffic {

  private final List<TrafficSpec> specs;
  private final Chance chance;
  private final Map<String, Totals> totals = new HashMap<>();
  private final Map<String, Double> fractions = new HashMap<>();
  private final Map<String, Integer> nextContainer = new HashMap<>();

  /// The traffic of a scenario.
  public ServiceTraffic(Scenario scenario, Chance chance) {
    this.specs = scenario.traffic();
    this.chance = chance;
  }

  /// Requests of one service since the simulation began in this process.
  ///
  /// @param arrived all
  /// @param unrouted of those, when no container was ready: nobody counts them but we
  public record Totals(long arrived, long unrouted) {

    /// None.
    public static final Totals NONE = new Totals(0, 0);
  }

  /// Sends one step's requests.
  ///
  /// @param at seconds since the scenario began, at the start of the step
  /// @param seconds length of the step, above 0
  /// @param tick number of the step, for chance
  /// @param ready the ready containers of `namespace/service`, in a fixed order
  public void send(double at, double seconds, long tick, Function<String, List<PodLoad>> ready) {
    Map<String, Long> now = new HashMap<>();
    for (TrafficSpec spec : specs) {
      double wanted = spec.requestsPerSecond(at) * seconds;
      wanted *= Math.max(0, 1 + spec.noise() * chance.bell(spec.key(), tick));
      for (TrafficPattern.Follows follows : spec.follows()) {
        wanted +=
            follows.share() * now.getOrDefault(spec.namespace() + "/" + follows.service(), 0L);
      }
      wanted += fractions.getOrDefault(spec.key(), 0.0);
      long requests = (long) wanted;
      fractions.put(spec.key(), wanted - requests);
      now.put(spec.key(), requests);
      spread(spec.key(), requests, ready.apply(spec.key()));
    }
  }

  private void spread(String key, long requests, List<PodLoad> ready) {
    Totals sofar = totals.getOrDefault(key, Totals.NONE);
    totals.put(
        key,
        new Totals(
            sofar.arrived() + requests, sofar.unrouted() + (ready.isEmpty() ? requests : 0)));
    if (ready.isEmpty()) {
      return;
    }
    int first = nextContainer.getOrDefault(key, 0) % ready.size();
    long each = requests / ready.size();
    int more = (int) (requests % ready.size());
    for (int i = 0; i < ready.size(); i++) {
      int turn = Math.floorMod(i - first, ready.size());
      ready.get(i).offer(each + (turn < more ? 1 : 0));
    }
    nextContainer.put(key, (first + more) % ready.size());
  }

  /// What all services got so far.
  public Totals all() {
    long arrived = 0;
    long unrouted = 0;
    for (Totals each : totals.values()) {
      arrived += each.arrived();
      unrouted += each.unrouted();
    }
    return new Totals(arrived, unrouted);
  }

  /// What a service got so far; [Totals#NONE] for one without traffic.
  ///
  /// @param key `namespace/service`
  public Totals totals(String key) {
    return totals.getOrDefault(key, Totals.NONE);
  }
}
