package dev.mangru.logindex;

import dev.mangru.logindex.search.LinePredicate;
import dev.mangru.logindex.search.Locator;
import dev.mangru.logindex.search.PageSearch;
import dev.mangru.logindex.search.SearchBudget;
import dev.mangru.logindex.shard.Shard;
import dev.mangru.model.log.LogStore.Direction;
import dev.mangru.model.log.LogStore.Hit;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The records around one.
final class Context {

  private Context() {}

  static List<Hit> of(List<Shard> shards, SearchBudget budget, Locator at, int before, int after)
      throws IOException {
    if (at.timestampNs() == Long.MAX_VALUE || at.seq() <= 0) {
      return List.of();
    }
    // Of the records at that time, the first one behind the previous sequence number.
    List<Hit> self =
        new PageSearch(
                LinePredicate.ofTime(at.timestampNs(), at.timestampNs() + 1),
                budget,
                Direction.OLDEST_FIRST,
                1,
                new Locator(at.timestampNs(), at.seq() - 1))
            .run(shards);
    if (self.isEmpty() || !self.getFirst().id().equals(at.toString())) {
      return List.of();
    }
    Labels stream = self.getFirst().record().stream();
    List<Hit> hits = new ArrayList<>();
    if (before > 0) {
      LinePredicate older = LinePredicate.ofStream(stream, Long.MIN_VALUE, at.timestampNs() + 1);
      hits.addAll(
          new PageSearch(older, budget, Direction.NEWEST_FIRST, before, at).run(shards).reversed());
    }
    hits.addAll(self);
    if (after > 0) {
      LinePredicate newer = LinePredicate.ofStream(stream, at.timestampNs(), Long.MAX_VALUE);
      hits.addAll(new PageSearch(newer, budget, Direction.OLDEST_FIRST, after, at).run(shards));
    }
    return hits;
  }
}
