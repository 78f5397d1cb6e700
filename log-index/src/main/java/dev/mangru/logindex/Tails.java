package dev.mangru.logindex;

import dev.mangru.logindex.schema.WalBatch;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.log.LogQuery;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.LogStore;
import dev.mangru.model.log.TextFilter;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The live subscriptions. Thread-safe; [#publish] is called from the indexing thread alone, so
/// each listener sees records in the order of storage.
final class Tails {

  private static final Logger LOG = LoggerFactory.getLogger(Tails.class);

  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
  private final int limit;

  Tails(int limit) {
    this.limit = limit;
  }

  /// @param after the sequence number of the last record that is not new
  LogStore.Tail subscribe(LogQuery query, Consumer<LogRecord> listener, long after) {
    Subscription subscription = new Subscription(query, listener, after);
    synchronized (this) {
      if (subscriptions.size() >= limit) {
        throw new MangruException(
            ErrorCode.OVERLOADED,
            limit + " live tails are open, which is the limit; close one, or search instead");
      }
      subscriptions.add(subscription);
    }
    return subscription;
  }

  int count() {
    return subscriptions.size();
  }

  void publish(WalBatch batch) {
    for (Subscription subscription : subscriptions) {
      if (batch.firstSeq() > subscription.after) {
        subscription.offer(batch.records());
      }
    }
  }

  private final class Subscription implements LogStore.Tail {
    private final LogQuery query;
    private final Consumer<LogRecord> listener;
    private final long after;
    private volatile boolean closed;

    Subscription(LogQuery query, Consumer<LogRecord> listener, long after) {
      this.after = after;
      this.query = query;
      this.listener = listener;
    }

    void offer(List<LogRecord> records) {
      IdentityHashMap<Labels, Boolean> selected = new IdentityHashMap<>();
      for (LogRecord record : records) {
        if (closed) {
          return;
        }
        if (wants(record, selected)) {
          try {
            listener.accept(record);
          } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("a live tail of logs failed and was closed");
            close();
          }
        }
      }
    }

    private boolean wants(LogRecord record, IdentityHashMap<Labels, Boolean> selected) {
      if (!query.severities().isEmpty() && !query.severities().contains(record.severity())) {
        return false;
      }
      if (!selected.computeIfAbsent(
          record.stream(), stream -> LabelMatcher.allMatch(query.matchers(), stream))) {
        return false;
      }
      for (TextFilter filter : query.filters()) {
        if (!filter.matches(record.line())) {
          return false;
        }
      }
      return true;
    }

    @Override
    public void close() {
      closed = true;
      subscriptions.remove(this);
    }
  }
}
