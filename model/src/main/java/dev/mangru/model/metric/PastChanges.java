package dev.mangru.model.metric;

import dev.mangru.model.time.TimeRange;
import org.jspecify.annotations.Nullable;

/// What a store can tell of changes to its past, for those who keep what they computed from it.
/// Thread-safe.
///
/// Whoever computes something to keep asks for [#number] and [#settledMs] first and opens the
/// querier then. What it computed from samples up to the settled time holds as long as [#since]
/// that number says that nothing has changed. Whatever is acknowledged, deleted or imported is told
/// of before the call that did it returns.
public interface PastChanges {

  /// Of a store that cannot tell: nothing is ever settled, and everything may have changed.
  PastChanges UNKNOWN =
      new PastChanges() {
        @Override
        public long number() {
          return 0;
        }

        @Override
        public long settledMs() {
          return Long.MIN_VALUE;
        }

        @Override
        public TimeRange since(long number, TimeRange within) {
          return within;
        }
      };

  /// The number of the last change; grows with each.
  long number();

  /// Samples up to this time, inclusive, do not change without being told of. Never goes back;
  /// [Long#MIN_VALUE] if there are none.
  long settledMs();

  /// The shortest known range that holds all changes in `within` after change `number`; null if
  /// there were none. Longer than what has changed, as a rule.
  @Nullable TimeRange since(long number, TimeRange within);
}
