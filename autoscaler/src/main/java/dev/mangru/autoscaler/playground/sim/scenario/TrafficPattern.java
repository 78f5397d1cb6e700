package dev.mangru.autoscaler.playground.sim.scenario;

import java.util.List;

/// One part of a service's traffic. Times are seconds since the scenario began.
public sealed interface TrafficPattern {

  /// The same all the time.
  record Constant(double requestsPerSecond) implements TrafficPattern {}

  /// A day: lowest at the start, highest half a period later.
  ///
  /// @param low requests per second at night
  /// @param high requests per second at the peak
  /// @param periodSeconds length of the day
  /// @param offsetSeconds into the day at the start of the scenario
  record DailyWave(double low, double high, double periodSeconds, double offsetSeconds)
      implements TrafficPattern {

    double at(double seconds) {
      double turn = (seconds + offsetSeconds) / periodSeconds * 2 * StrictMath.PI;
      return low + (high - low) * (1 - StrictMath.cos(turn)) / 2;
    }
  }

  /// A sale that multiplies what the other patterns bring.
  ///
  /// @param startSeconds when the rush begins
  /// @param rampSeconds from ordinary to all
  /// @param holdSeconds of the whole rush
  /// @param decaySeconds back to ordinary
  /// @param multiplier of the whole rush, at least 1
  /// @param everySeconds between two sales; 0 for one only
  record FlashSale(
      double startSeconds,
      double rampSeconds,
      double holdSeconds,
      double decaySeconds,
      double multiplier,
      double everySeconds)
      implements TrafficPattern {

    double factorAt(double seconds) {
      double at = seconds - startSeconds;
      if (at < 0) {
        return 1;
      }
      if (everySeconds > 0) {
        at %= everySeconds;
      }
      double share;
      if (at < rampSeconds) {
        share = at / rampSeconds;
      } else if (at <= rampSeconds + holdSeconds) {
        share = 1;
      } else if (at < rampSeconds + holdSeconds + decaySeconds) {
        share = 1 - (at - rampSeconds - holdSeconds) / decaySeconds;
      } else {
        share = 0;
      }
      return 1 + (multiplier - 1) * share;
    }
  }

  /// Requests per minute as once recorded, from minute to minute in a straight line, over and over.
  ///
  /// @param file where they were read, for messages
  /// @param requestsPerMinute at least one number
  /// @param scale times the recorded number
  /// @param speed recorded seconds per simulated second
  record Replay(String file, List<Double> requestsPerMinute, double scale, double speed)
      implements TrafficPattern {

    private static final double MINUTE = 60;

    public Replay {
      requestsPerMinute = List.copyOf(requestsPerMinute);
    }

    double at(double seconds) {
      double minutes = seconds * speed / MINUTE % requestsPerMinute.size();
      int index = (int) minutes;
      double share = minutes - index;
      double from = requestsPerMinute.get(index);
      double to = requestsPerMinute.get((index + 1) % requestsPerMinute.size());
      return (from + (to - from) * share) / MINUTE * scale;
    }
  }

  /// A part of the requests that another service of the namespace gets.
  ///
  /// @param service named earlier in the file
  /// @param share requests here for one there
  record Follows(String service, double share) implements TrafficPattern {}
}
