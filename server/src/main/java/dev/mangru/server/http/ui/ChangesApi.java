package dev.mangru.server.http.ui;

import dev.mangru.model.alert.AlertBook;
import dev.mangru.model.alert.AlertState;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/ui/changes`: what changed between two times, for the lane on Overview: scaling and alerts
/// side by side, oldest first.
@RestController
public final class ChangesApi {

  private static final int MAX_LIMIT = 5_000;

  private final DecisionLog decisions;
  private final AlertBook alerts;

  public ChangesApi(DecisionLog decisions, AlertBook alerts) {
    this.decisions = decisions;
    this.alerts = alerts;
  }

  /// A change.
  ///
  /// @param kind `scale`, `nodes` or `alert`
  /// @param state of an alert `pending`, `firing`, `resolved` or `inactive`; of scaling `up`,
  ///   `down` or `failed`
  /// @param title a few words
  /// @param detail one sentence
  /// @param link the page that tells more
  record Change(
      Instant time, String kind, String state, String title, String detail, String link) {}

  /// Parameters: `start` (inclusive), `end` (exclusive), `limit`; the newest are kept.
  @GetMapping("/api/ui/changes")
  void changes(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    Instant start = Instant.ofEpochMilli(params.timeMs("start", 0));
    Instant end = Instant.ofEpochMilli(params.timeMs("end", Long.MAX_VALUE));
    int limit = params.count("limit", 500, 1, MAX_LIMIT);
    List<Change> changes = new ArrayList<>();
    decisions
        .find(new DecisionLog.Query(null, null, null, start, end, true, Long.MAX_VALUE, limit))
        .forEach(entry -> changes.add(of(entry)));
    for (AlertBook.Transition transition : alerts.transitions(start, end, limit)) {
      if (transition.to() == AlertState.FIRING || transition.from() == AlertState.FIRING) {
        changes.add(of(transition));
      }
    }
    changes.sort(Comparator.comparing(Change::time));
    JsonAnswer.value(
        response,
        Map.of("changes", changes.subList(Math.max(0, changes.size() - limit), changes.size())));
  }

  private static Change of(DecisionLog.Entry entry) {
    Decision decision = entry.decision();
    String state =
        decision.outcome() == Decision.Outcome.FAILED
            ? "failed"
            : decision.desired() > decision.current() ? "up" : "down";
    String what =
        switch (decision.kind()) {
          case WORKLOAD -> decision.target();
          case NODES -> "nodes " + decision.name();
        };
    return new Change(
        decision.time(),
        decision.kind() == Decision.Kind.WORKLOAD ? "scale" : "nodes",
        state,
        what + " " + decision.current() + " → " + decision.desired(),
        decision.summary(),
        "/autoscaling?decision=" + entry.number());
  }

  private static Change of(AlertBook.Transition transition) {
    String name = transition.labels().get("alertname");
    String summary = transition.annotations().get("summary");
    return new Change(
        transition.at(),
        "alert",
        transition.to().word(),
        name + " " + transition.to().word(),
        summary.isEmpty() ? transition.labels().toString() : summary,
        "/alerts");
  }
}
