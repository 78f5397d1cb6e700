package dev.mangru.tsdb.v1.index;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import java.util.List;
import java.util.Set;

/// A place that has samples: a head or a block. Thread-safe.
public interface SampleSource {

  /// One series and what it has here.
  record Selected(Labels labels, ChunkRun run) {}

  /// The selected series with a sample in `range`, in no order.
  List<Selected> select(List<LabelMatcher> matchers, TimeRange range);

  /// Adds every label name to `names` if all samples lie in `range`; if they do not, does nothing
  /// and returns false.
  boolean allNames(TimeRange range, Set<String> names);

  /// Adds every value of `name` to `values` if all samples lie in `range`; if they do not, does
  /// nothing and returns false.
  boolean allValues(String name, TimeRange range, Set<String> values);
}
