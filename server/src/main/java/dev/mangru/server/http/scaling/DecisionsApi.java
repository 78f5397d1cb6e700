package dev.mangru.server.http.scaling;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/// `/api/v1/decisions`: every decision of the autoscalers, newest first.
@RestController
public final class DecisionsApi {

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 10_000;

  private final DecisionLog log;

  public DecisionsApi(DecisionLog log) {
    this.log = log;
  }

  /// Parameters, all optional: `kind` (workload, nodes), `namespace`, `name`, `start` (inclusive),
  /// `end` (exclusive), `changes` (true for changes only), `before` (a number, for paging) and
  /// `limit`.
  @GetMapping("/api/v1/decisions")
  void decisions(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    List<DecisionLog.Entry> entries =
        log.find(
            new DecisionLog.Query(
                kind(params.get("kind")),
                params.get("namespace"),
                params.get("name"),
                Instant.ofEpochMilli(params.timeMs("start", 0)),
                Instant.ofEpochMilli(params.timeMs("end", Long.MAX_VALUE)),
                flag(params, "changes"),
                before(params),
                params.count("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)));
    JsonAnswer.value(response, Map.of("status", "success", "data", Map.of("decisions", entries)));
  }

  @GetMapping("/api/v1/decisions/{number}")
  void decision(@PathVariable String number, HttpServletResponse response) throws IOException {
    DecisionLog.Entry entry = log.get(number("number", number));
    if (entry == null) {
      throw new MangruException(
          ErrorCode.NOT_FOUND,
          "there is no decision " + number + "; old ones are removed, see mangru.autoscaler.keep");
    }
    JsonAnswer.value(response, Map.of("status", "success", "data", entry));
  }

  private static Decision.@Nullable Kind kind(@Nullable String text) {
    if (text == null) {
      return null;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "workload" -> Decision.Kind.WORKLOAD;
      case "nodes" -> Decision.Kind.NODES;
      default -> throw Params.invalid("kind", "must be workload or nodes: " + text, null);
    };
  }

  private static boolean flag(Params params, String name) {
    String text = params.get(name, "false");
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw Params.invalid(name, "must be true or false: " + text, null);
    };
  }

  private static long before(Params params) {
    String text = params.get("before");
    return text == null ? Long.MAX_VALUE : number("before", text);
  }

  private static long number(String name, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Params.invalid(name, "cannot parse \"" + text + "\" to a whole number", e);
    }
  }
}
