package dev.mangru.server.http.prometheus;

import dev.mangru.server.http.Params;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The parameter `max_source_resolution`, of Thanos' name and meaning: the longest buckets of
/// summaries that may stand in for samples.
final class SourceResolution {

  private static final String NAME = "max_source_resolution";

  private static final long FINE_MS = 300_000;

  private static final long COARSE_MS = 3_600_000;

  /// Buckets in a step when the step decides. Thanos' number.
  private static final long STEP_SHARE = 5;

  private SourceResolution() {}

  /// What a request asks for; zero for samples only, as without the parameter.
  ///
  /// @param stepMs between evaluations; 0 for an instant query
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` for anything else than `0s`, `5m`,
  ///   `1h` and `auto`
  static Duration of(Params params, long stepMs) {
    String text = params.get(NAME);
    if (text == null) {
      return Duration.ZERO;
    }
    if (text.equals("auto")) {
      long longest = stepMs / STEP_SHARE;
      return Duration.ofMillis(longest >= COARSE_MS ? COARSE_MS : longest >= FINE_MS ? FINE_MS : 0);
    }
    @Nullable Long millis = length(text);
    if (millis == null) {
      throw Params.invalid(NAME, "\"" + text + "\" is none of 0s, 5m, 1h and auto", null);
    }
    return Duration.ofMillis(millis);
  }

  private static @Nullable Long length(String text) {
    return switch (text) {
      case "0s", "0" -> 0L;
      case "5m", "300s", "300" -> FINE_MS;
      case "1h", "60m", "3600s", "3600" -> COARSE_MS;
      default -> null;
    };
  }
}
