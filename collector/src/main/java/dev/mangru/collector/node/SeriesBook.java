package dev.mangru.collector.node;

import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The series of one scanner from pass to pass: their labels, built once, and which of them were
/// written last time. What was written in one pass and not in the next gets one stale marker.
///
/// A pass is [#begin], writes to groups, [#end]. Confined to the scanner's thread.
final class SeriesBook {

  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Set<Family> families = new LinkedHashSet<>();
  private SampleBatch into = new SampleBatch();
  private long nowMs;
  private long pass;

  /// Starts a pass that writes to `batch`.
  void begin(long passTimeMs, SampleBatch batch) {
    into = batch;
    nowMs = passTimeMs;
    pass++;
    for (Family family : families) {
      batch.describe(family.name(), family.metadata());
    }
  }

  /// The series that share `base`, known by `key`. A group that is asked for with other labels than
  /// before ends, and starts again with the new ones.
  ///
  /// @param startMs when its counters were 0, milliseconds since the epoch, or
  ///   [SampleBatch#NO_START]
  Group group(String key, Labels base, long startMs) {
    Group group = groups.get(key);
    if (group != null && !group.base.equals(base)) {
      group.endAll();
      group = null;
    }
    if (group == null) {
      group = new Group(base);
      groups.put(key, group);
    }
    group.startMs = startMs;
    return group;
  }

  /// Ends the pass: marks as stale what was not written in it.
  void end() {
    Iterator<Group> all = groups.values().iterator();
    while (all.hasNext()) {
      Group group = all.next();
      group.endUnwritten();
      if (group.series.isEmpty()) {
        all.remove();
      }
    }
  }

  /// The time of the pass, milliseconds since the epoch.
  long nowMs() {
    return nowMs;
  }

  /// How many samples the pass has written to its batch, those of others included.
  int samples() {
    return into.size();
  }

  /// The series of one thing: a container, the host.
  final class Group {

    private final Labels base;
    private final Map<Key, Series> series = new HashMap<>();
    private long startMs;

    private Group(Labels base) {
      this.base = base;
    }

    /// Writes a sample, unless `value` is NaN, which scanners use for “unknown”.
    void write(Family family, double value) {
      write(family, "", "", "", "", value);
    }

    /// Writes a whole number, unless it is negative, which readers use for “unknown”.
    void count(Family family, long value) {
      write(family, value < 0 ? Double.NaN : (double) value);
    }

    /// Writes a whole number with one more label, unless it is negative.
    void count(Family family, String name, String label, long value) {
      write(family, name, label, value < 0 ? Double.NaN : (double) value);
    }

    /// Writes a sample with one more label.
    void write(Family family, String name, String label, double value) {
      write(family, name, label, "", "", value);
    }

    /// Writes a sample with two more labels.
    void write(
        Family family, String name, String label, String name2, String label2, double value) {
      if (Double.isNaN(value)) {
        return;
      }
      Key key = new Key(family, label, label2);
      Series known = series.get(key);
      if (known == null) {
        Labels.Builder labels = base.toBuilder().set(Labels.METRIC_NAME, family.name());
        if (!name.isEmpty()) {
          labels.set(name, label);
        }
        if (!name2.isEmpty()) {
          labels.set(name2, label2);
        }
        known = add(key, labels.build());
      }
      write(known, family, value);
    }

    /// Writes an information metric, whose value is 1.
    void info(Family family, String... namesAndValues) {
      write(family, 1, namesAndValues);
    }

    /// Writes a sample with any number of labels; costs more than the forms with one or two.
    void write(Family family, double value, String... namesAndValues) {
      Key key = new Key(family, String.join("\0", namesAndValues), "");
      Series known = series.get(key);
      if (known == null) {
        Labels.Builder labels = base.toBuilder().set(Labels.METRIC_NAME, family.name());
        for (int i = 0; i < namesAndValues.length; i += 2) {
          labels.set(namesAndValues[i], namesAndValues[i + 1]);
        }
        known = add(key, labels.build());
      }
      write(known, family, value);
    }

    private Series add(Key key, Labels labels) {
      if (families.add(key.family)) {
        into.describe(key.family.name(), key.family.metadata());
      }
      Series added = new Series(labels);
      series.put(key, added);
      return added;
    }

    private void write(Series known, Family family, double value) {
      if (known.pass == pass) {
        return; // The same device or interface told twice; the first word counts.
      }
      known.pass = pass;
      into.add(known.labels, nowMs, value, family.isCounter() ? startMs : SampleBatch.NO_START);
    }

    private void endUnwritten() {
      Iterator<Series> all = series.values().iterator();
      while (all.hasNext()) {
        Series one = all.next();
        if (one.pass != pass) {
          into.add(one.labels, nowMs, StaleMarker.VALUE);
          all.remove();
        }
      }
    }

    private void endAll() {
      for (Series one : series.values()) {
        into.add(one.labels, nowMs, StaleMarker.VALUE);
      }
      series.clear();
    }
  }

  private record Key(Family family, String label, String label2) {}

  private static final class Series {

    final Labels labels;
    long pass;

    Series(Labels labels) {
      this.labels = labels;
    }
  }
}
