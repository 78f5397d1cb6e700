package dev.mangru.model.metric;

/// What a query lets its readers know: whether it is still wanted, and what they may take. Confined
/// to the query's thread.
public interface QueryGuard {

  /// Lets everything pass.
  QueryGuard NONE =
      new QueryGuard() {
        @Override
        public void check() {}

        @Override
        public void holdBytes(long bytes) {}
      };

  /// Throws if the query's time is over or nobody wants its answer any more. Called every
  /// millisecond or so of long work.
  void check();

  /// Counts bytes that are about to be allocated and stay until the query has ended.
  ///
  /// @throws dev.mangru.model.error.MangruException `QUERY_LIMIT` if they are too many
  void holdBytes(long bytes);
}
