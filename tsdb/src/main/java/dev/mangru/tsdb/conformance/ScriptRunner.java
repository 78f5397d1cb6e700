package dev.mangru.tsdb.conformance;

import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.Function;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Interprets a script: `load` fills a store, `eval` asks an engine over it and compares, `clear`
/// starts with an empty store. Confined to one thread; used for one script.
///
/// The language is that of Prometheus' `promqltest`.
public final class ScriptRunner {

  private static final String NO_HISTOGRAMS = "native histograms are not stored yet";
  private static final String NO_START_TIMESTAMPS = "start timestamps are not stored yet";
  private static final Set<Function> NEEDING_HISTOGRAMS =
      EnumSet.of(
          Function.HISTOGRAM_AVG,
          Function.HISTOGRAM_COUNT,
          Function.HISTOGRAM_SUM,
          Function.HISTOGRAM_STDDEV,
          Function.HISTOGRAM_STDVAR);

  private final Supplier<MetricStore> stores;
  private final PromqlOptions options;
  private final ConformanceReport report;
  private final String name;
  private MetricStore store;

  /// Series that were loaded and cannot be stored, with the reason.
  private final Map<Labels, String> missing = new LinkedHashMap<>();

  /// A runner for the script called `name`.
  ///
  /// @param stores makes an empty store, once at the start and once per `clear`; the runner closes
  ///   it
  public ScriptRunner(
      Supplier<MetricStore> stores, PromqlOptions options, ConformanceReport report, String name) {
    this.stores = stores;
    this.options = options;
    this.report = report;
    this.name = name;
    this.store = stores.get();
  }

  /// Runs a whole script. Malformed blocks are failures and do not stop it.
  public void run(String script) {
    String[] lines = script.split("\n", -1);
    int i = 0;
    try {
      while (i < lines.length) {
        if (clean(lines[i]).isEmpty()) {
          i++;
          continue;
        }
        int start = i;
        List<String> block = new ArrayList<>();
        while (i < lines.length && !clean(lines[i]).isEmpty()) {
          block.add(clean(lines[i]));
          i++;
        }
        i = start + command(block, start + 1);
      }
    } finally {
      store.close();
    }
  }

  private static String clean(String line) {
    String trimmed = line.trim();
    return trimmed.startsWith("#") ? "" : trimmed;
  }

  /// Runs one command and tells how many lines it took.
  private int command(List<String> block, int line) {
    String first = block.getFirst();
    String word = first.split("[ \t]", 2)[0].toLowerCase(Locale.ROOT);
    String where = name + ":" + line;
    try {
      if (word.equals("clear")) {
        store.close();
        store = stores.get();
        missing.clear();
        return 1;
      }
      if (word.startsWith("load")) {
        load(block, word.equals("load_with_nhcb"));
        return block.size();
      }
      if (word.startsWith("eval")) {
        evaluate(EvalBlock.parse(block), where);
        return block.size();
      }
      report.fail(where, "clear, load or eval", first);
    } catch (IllegalArgumentException | MangruException e) {
      report.fail(where + ": " + first, "a block that can be read", String.valueOf(e.getMessage()));
    }
    return block.size();
  }

  private void load(List<String> block, boolean withCustomBuckets) {
    String[] words = block.getFirst().split("[ \t]+", -1);
    long stepMs = EvalBlock.time(words[1]);
    Map<Labels, List<@Nullable Double>> loaded = new LinkedHashMap<>();
    for (String line : block.subList(1, block.size())) {
      SeriesNotation.Line parsed = SeriesNotation.parse(line);
      if (parsed.histograms()) {
        missing.put(parsed.labels(), NO_HISTOGRAMS);
      } else if (parsed.startTimestamps()) {
        missing.put(parsed.labels(), NO_START_TIMESTAMPS);
      } else {
        loaded.put(parsed.labels(), parsed.values());
        if (withCustomBuckets) {
          customBuckets(parsed.labels());
        }
      }
    }
    Appender appender = store.appender();
    loaded.forEach((labels, values) -> {
      for (int i = 0; i < values.size(); i++) {
        Double value = values.get(i);
        if (value != null) {
          appender.append(labels, i * stepMs, value);
        }
      }
    });
    appender.commit();
  }

  /// The histogram that buckets, sums and counts would have become.
  private void customBuckets(Labels labels) {
    String metric = labels.metricName();
    for (String suffix : List.of("_bucket", "_count", "_sum")) {
      if (metric.endsWith(suffix)) {
        String base = metric.substring(0, metric.length() - suffix.length());
        missing.put(
            labels.toBuilder().set(Labels.METRIC_NAME, base).remove("le").build(), NO_HISTOGRAMS);
      }
    }
  }

  private void evaluate(EvalBlock block, String where) {
    String reason = reasonToSkip(block);
    if (reason != null) {
      report.skip(reason, 1);
      return;
    }
    EvalRun run = new EvalRun(new PromqlEngine(store, options), options, block);
    EvalRun.Mismatch mismatch = run.run();
    if (mismatch == null) {
      report.pass();
    } else {
      report.fail(where + ": " + mismatch.query(), mismatch.expected(), mismatch.got());
    }
  }

  private @Nullable String reasonToSkip(EvalBlock block) {
    if (block.histograms) {
      return NO_HISTOGRAMS;
    }
    List<Expr> nodes = new ArrayList<>();
    PromqlParser.tryParse(block.expression, options)
        .expression()
        .ifPresent(root -> Expressions.collect(root, nodes));
    for (Expr node : nodes) {
      if (node instanceof Expr.Call call && NEEDING_HISTOGRAMS.contains(call.function())) {
        return NO_HISTOGRAMS;
      }
      if (node instanceof Expr.VectorSelector selector) {
        for (Map.Entry<Labels, String> entry : missing.entrySet()) {
          if (LabelMatcher.allMatch(selector.matchers(), entry.getKey())) {
            return entry.getValue();
          }
        }
      }
    }
    return null;
  }
}
