package dev.mangru.tsdb.conformance;

import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.SampleCursor;
import dev.mangru.tsdb.promql.PromqlEngine;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Interprets a script: `load` fills a store, `eval` asks an engine over it and compares, `clear`
/// starts with an empty store. Confined to one thread; used for one script.
///
/// The language is that of Prometheus' `promqltest`.
public final class ScriptRunner {

  private final Supplier<MetricStore> stores;
  private final PromqlOptions options;
  private final ConformanceReport report;
  private final String name;
  private MetricStore store;

  /// Gives histograms the hints that they have after a round trip through chunks.
  private ChunkHints hints = new ChunkHints();

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
        hints = new ChunkHints();
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
    Map<Labels, List<@Nullable ScriptValue>> loaded = new LinkedHashMap<>();
    Map<Labels, List<@Nullable Long>> starts = new HashMap<>();
    for (String line : block.subList(1, block.size())) {
      SeriesNotation.Line parsed = SeriesNotation.parse(line);
      if (parsed.starts() != null) {
        starts.put(parsed.labels(), parsed.starts());
      } else {
        loaded.put(parsed.labels(), parsed.items());
      }
    }
    if (withCustomBuckets) {
      loaded.putAll(CustomBuckets.of(loaded));
    }
    Appender appender = store.appender();
    loaded.forEach((labels, items) -> {
      List<@Nullable Long> began = starts.getOrDefault(labels, List.of());
      for (int i = 0; i < items.size(); i++) {
        ScriptValue item = items.get(i);
        Long before = i < began.size() ? began.get(i) : null;
        if (item != null) {
          append(appender, labels, i * stepMs, before, item);
        }
      }
    });
    appender.commit();
  }

  private void append(
      Appender appender, Labels labels, long timeMs, @Nullable Long before, ScriptValue item) {
    long startMs = before == null ? SampleCursor.NO_START : timeMs + before;
    FloatHistogram histogram = item.histogram();
    if (histogram == null) {
      hints.number(labels);
      appender.append(labels, timeMs, startMs, item.number());
    } else {
      appender.append(labels, timeMs, startMs, hints.stored(labels, histogram).toNative());
    }
  }

  private void evaluate(EvalBlock block, String where) {
    EvalRun run = new EvalRun(new PromqlEngine(store, options), options, block);
    EvalRun.Mismatch mismatch = run.run();
    if (mismatch == null) {
      report.pass();
    } else {
      report.fail(where + ": " + mismatch.query(), mismatch.expected(), mismatch.got());
    }
  }
}
