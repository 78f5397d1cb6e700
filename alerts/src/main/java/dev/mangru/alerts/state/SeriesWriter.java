package dev.mangru.alerts.state;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.AppendSummary;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.StaleMarker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers what the rules of a group write, and commits it before the first rule that might read
/// it: each commit waits for the disk. Confined to one evaluation of one group.
final class SeriesWriter {

  private static final Logger LOG = LoggerFactory.getLogger(SeriesWriter.class);

  private final MetricStore store;
  private final List<Pending> pending = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  private record Pending(
      long timestampMs,
      Map<Labels, QueryValue.Sample> samples,
      Set<Labels> stale,
      Consumer<@Nullable String> done) {}

  SeriesWriter(MetricStore store) {
    this.store = store;
  }

  /// Adds one rule's result.
  ///
  /// @param samples what it gives
  /// @param before series it gave before; those missing now get a stale marker
  /// @param done hears null once all is stored, or why it is not
  void add(
      long timestampMs,
      Map<Labels, QueryValue.Sample> samples,
      Set<Labels> before,
      Consumer<@Nullable String> done) {
    Set<Labels> stale = new HashSet<>(before);
    stale.removeAll(samples.keySet());
    samples.keySet().forEach(labels -> names.add(labels.metricName()));
    stale.forEach(labels -> names.add(labels.metricName()));
    pending.add(new Pending(timestampMs, samples, stale, done));
  }

  /// Whether an expression or template might read something that is not committed yet. Says yes too
  /// often rather than once too seldom: a name inside a longer word counts, and so does whatever
  /// selects without a name.
  boolean mayBeReadBy(String text) {
    return !pending.isEmpty()
        && (text.contains("__name__")
            || names.stream().anyMatch(text::contains)
            || selectsWithoutName(text));
  }

  private static boolean selectsWithoutName(String text) {
    for (int brace = text.indexOf('{'); brace >= 0; brace = text.indexOf('{', brace + 1)) {
      int before = brace - 1;
      while (before >= 0 && Character.isWhitespace(text.charAt(before))) {
        before--;
      }
      boolean named =
          before >= 0
              && (Character.isLetterOrDigit(text.charAt(before))
                  || text.charAt(before) == '_'
                  || text.charAt(before) == ':');
      if (!named) {
        return true;
      }
    }
    return false;
  }

  /// Commits everything.
  void flush() {
    if (pending.isEmpty()) {
      return;
    }
    String problem = commit();
    pending.forEach(each -> each.done().accept(problem));
    pending.clear();
    names.clear();
  }

  private @Nullable String commit() {
    try {
      Appender appender = store.appender();
      boolean any = false;
      for (Pending each : pending) {
        for (Map.Entry<Labels, QueryValue.Sample> sample : each.samples().entrySet()) {
          appender.append(sample.getKey(), each.timestampMs(), sample.getValue());
          any = true;
        }
        for (Labels series : each.stale()) {
          appender.append(series, each.timestampMs(), StaleMarker.VALUE);
          any = true;
        }
      }
      if (!any) {
        return null;
      }
      AppendSummary summary = appender.commit();
      return summary.rejected() == 0 || summary.examples().isEmpty()
          ? null
          : summary.rejected()
              + " samples were not stored: "
              + summary.examples().getFirst().describe();
    } catch (MangruException e) {
      return "results were not stored: " + e.text();
    } catch (RuntimeException e) {
      // A fault of the store must not end the evaluation: alerts have to be sent all the same.
      LOG.atError().setCause(e).log("results of rules were not stored");
      return "results were not stored: internal error: " + e;
    }
  }
}
