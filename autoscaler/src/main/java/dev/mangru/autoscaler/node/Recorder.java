package dev.mangru.autoscaler.node;

import dev.mangru.autoscaler.node.act.ClusterEvent;
import dev.mangru.autoscaler.node.act.NodeCluster;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps decisions and tells events. A log or cluster that cannot take them does not stop a pass:
/// it is counted and said once for each distinct reason. Confined to the thread that runs passes.
final class Recorder {

  private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

  /// Distinct things remembered, so that they are not said again; chosen, to bound memory.
  private static final int MAX_TOLD = 10_000;

  private record Told(String what, Instant when) {}

  private final DecisionLog log;
  private final NodeCluster cluster;
  private final NodeAutoscalerOptions options;
  private final Ticker ticker;
  private final Map<String, Told> told = new HashMap<>();
  private long beginNanos;
  private long failures;

  Recorder(DecisionLog log, NodeCluster cluster, NodeAutoscalerOptions options, Ticker ticker) {
    this.log = log;
    this.cluster = cluster;
    this.options = options;
    this.ticker = ticker;
  }

  /// A pass begins.
  void begin() {
    beginNanos = ticker.read();
  }

  long failures() {
    return failures;
  }

  /// How long the pass has taken so far.
  Duration took() {
    return Duration.ofNanos(ticker.read() - beginNanos);
  }

  /// Keeps a decision about a group, or about `*` for nodes as a whole.
  void record(
      Instant now,
      String name,
      Decision.Outcome outcome,
      int current,
      int desired,
      String summary,
      String reason,
      List<Decision.Input> inputs,
      List<Decision.Clamp> clamps,
      List<Decision.ApiCall> calls) {
    failures += calls.stream().filter(call -> !call.done()).count();
    Decision decision =
        new Decision(
            now,
            Decision.Kind.NODES,
            options.cluster(),
            "",
            name,
            name.equals("*") ? "Nodes" : "NodeGroup/" + name,
            outcome,
            current,
            desired,
            summary,
            reason,
            inputs,
            clamps,
            calls,
            took());
    try {
      log.append(decision);
    } catch (MangruException e) {
      failures++;
      if (isNew("decision log", e.text(), now)) {
        LOG.atError()
            .addKeyValue("decision", summary)
            .setCause(e)
            .log("a decision about nodes could not be kept");
      }
    }
  }

  /// Whether something was not said before, or so long ago that it is due again.
  ///
  /// @param about what it is about; the last thing said about it counts
  boolean isNew(String about, String what, Instant now) {
    Told before = told.get(about);
    if (before != null
        && before.what().equals(what)
        && before.when().plus(options.recordEvery()).isAfter(now)) {
      return false;
    }
    if (told.size() >= MAX_TOLD) {
      told.clear();
    }
    told.put(about, new Told(what, now));
    return true;
  }

  /// Tells an event, unless the same was told a short while ago.
  void event(ClusterEvent event, Instant now) {
    String about = event.kind() + " " + event.namespace() + "/" + event.name() + event.reason();
    if (!options.act() || !isNew(about, event.message(), now)) {
      return;
    }
    try {
      cluster.event(event);
    } catch (MangruException e) {
      failures++;
      if (isNew("events", e.text(), now)) {
        LOG.atWarn()
            .addKeyValue("event", event)
            .addKeyValue("why", e.text())
            .log("an event could not be told");
      }
    }
  }
}
