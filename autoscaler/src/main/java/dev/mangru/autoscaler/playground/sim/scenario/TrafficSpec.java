package dev.mangru.autoscaler.playground.sim.scenario;

import java.util.ArrayList;
import java.util.List;

/// Requests to one service.
///
/// @param namespace of the service
/// @param service its name
/// @param noise relative spread of each second's requests around the pattern, from 0 to 1
/// @param patterns what adds up; sales multiply the sum of the others
public record TrafficSpec(
    String namespace, String service, double noise, List<TrafficPattern> patterns) {

  public TrafficSpec {
    patterns = List.copyOf(patterns);
  }

  /// `namespace/service`.
  public String key() {
    return namespace + "/" + service;
  }

  /// Requests per second at a time, before noise and without what follows other services.
  ///
  /// @param seconds since the scenario began
  public double requestsPerSecond(double seconds) {
    double sum = 0;
    double factor = 1;
    for (TrafficPattern pattern : patterns) {
      switch (pattern) {
        case TrafficPattern.Constant constant -> sum += constant.requestsPerSecond();
        case TrafficPattern.DailyWave wave -> sum += wave.at(seconds);
        case TrafficPattern.Replay replay -> sum += replay.at(seconds);
        case TrafficPattern.FlashSale sale -> factor = Math.max(factor, sale.factorAt(seconds));
        case TrafficPattern.Follows _ -> {
          // Known only when the other service has been asked.
        }
      }
    }
    return sum * factor;
  }

  /// The services whose requests bring requests here.
  public List<TrafficPattern.Follows> follows() {
    List<TrafficPattern.Follows> found = new ArrayList<>();
    for (TrafficPattern pattern : patterns) {
      if (pattern instanceof TrafficPattern.Follows follows) {
        found.add(follows);
      }
    }
    return found;
  }
}
