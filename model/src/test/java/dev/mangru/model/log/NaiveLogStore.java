package dev.mangru.model.log;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A log store that is a list: slow, and right at a glance. What every other store is measured
/// against.
public final class NaiveLogStore implements LogStore {

  private record Entry(long seq, LogRecord record) {}

  private record Subscription(LogQuery query, Consumer<LogRecord> listener) {}

  private static final Comparator<Entry> BY_TIME =
      Comparator.<Entry>comparingLong(entry -> entry.record.timestampNs())
          .thenComparingLong(Entry::seq);

  private final List<Entry> entries = new ArrayList<>();
  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

  @Override
  public synchronized AppendReport append(List<LogRecord> records) {
    for (LogRecord record : records) {
      entries.add(new Entry(entries.size() + 1L, record));
      for (Subscription subscription : subscriptions) {
        LogQuery query = subscription.query;
        LogQuery always =
            new LogQuery(
                record.timestampNs(),
                record.timestampNs() + 1,
                query.matchers(),
                query.filters(),
                query.severities());
        if (always.matches(record)) {
          subscription.listener.accept(record);
        }
      }
    }
    return new AppendReport(records.size(), Map.of());
  }

  private Stream<Entry> matching(LogQuery query) {
    return entries.stream().filter(entry -> query.matches(entry.record));
  }

  @Override
  public synchronized Page search(
      LogQuery query, Direction direction, int limit, @Nullable String cursor) {
    Comparator<Entry> order = direction == Direction.NEWEST_FIRST ? BY_TIME.reversed() : BY_TIME;
    Entry after = cursor == null ? null : entries.get((int) Long.parseLong(cursor) - 1);
    List<Entry> rest =
        matching(query)
            .filter(entry -> after == null || order.compare(entry, after) > 0)
            .sorted(order)
            .toList();
    List<Entry> page = rest.subList(0, Math.min(limit, rest.size()));
    return new Page(
        page.stream().map(NaiveLogStore::hit).toList(),
        rest.size() > limit ? Long.toString(page.getLast().seq) : null);
  }

  private static Hit hit(Entry entry) {
    return new Hit(Long.toString(entry.seq), entry.record);
  }

  @Override
  public synchronized Histogram histogram(LogQuery query, int bucketCount) {
    long range = query.endNs() - query.startNs();
    long width = Math.max(1, (range + bucketCount - 1) / bucketCount);
    List<Map<Severity, Long>> counts = new ArrayList<>();
    for (long start = query.startNs();
        start < query.endNs() && counts.size() < bucketCount;
        start += width) {
      counts.add(new EnumMap<>(Severity.class));
    }
    matching(query)
        .forEach(entry ->
            counts
                .get((int) ((entry.record.timestampNs() - query.startNs()) / width))
                .merge(entry.record.severity(), 1L, Long::sum));
    return new Histogram(query.startNs(), width, counts);
  }

  @Override
  public synchronized SequencedMap<String, List<ValueCount>> facets(
      LogQuery query, int valuesPerLabel) {
    Map<String, Map<String, Long>> counts = new TreeMap<>(Labels::compareUtf8);
    matching(query)
        .forEach(entry ->
            entry.record.stream()
                .forEach(label ->
                    counts
                        .computeIfAbsent(label.name(), name -> new HashMap<>())
                        .merge(label.value(), 1L, Long::sum)));
    SequencedMap<String, List<ValueCount>> facets = new LinkedHashMap<>();
    counts.forEach((name, values) ->
        facets.put(
            name,
            values.entrySet().stream()
                .map(value -> new ValueCount(value.getKey(), value.getValue()))
                .sorted(
                    Comparator.comparingLong(ValueCount::count)
                        .reversed()
                        .thenComparing(ValueCount::value, Labels::compareUtf8))
                .limit(valuesPerLabel)
                .toList()));
    return facets;
  }

  @Override
  public synchronized Set<Labels> streams(long startNs, long endNs, List<LabelMatcher> matchers) {
    return entries.stream()
        .map(Entry::record)
        .filter(record -> record.timestampNs() >= startNs && record.timestampNs() < endNs)
        .map(LogRecord::stream)
        .filter(stream -> LabelMatcher.allMatch(matchers, stream))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public synchronized List<String> labelNames(
      long startNs, long endNs, List<LabelMatcher> matchers) {
    TreeSet<String> names = new TreeSet<>(Labels::compareUtf8);
    streams(startNs, endNs, matchers)
        .forEach(stream -> stream.forEach(label -> names.add(label.name())));
    return List.copyOf(names);
  }

  @Override
  public synchronized List<String> labelValues(
      String name, long startNs, long endNs, List<LabelMatcher> matchers) {
    TreeSet<String> values = new TreeSet<>(Labels::compareUtf8);
    streams(startNs, endNs, matchers)
        .forEach(stream -> {
          if (stream.has(name)) {
            values.add(stream.get(name));
          }
        });
    return List.copyOf(values);
  }

  @Override
  public synchronized List<Hit> context(String id, int before, int after) {
    int seq = Integer.parseInt(id);
    if (seq < 1 || seq > entries.size()) {
      return List.of();
    }
    Entry self = entries.get(seq - 1);
    List<Entry> stream =
        entries.stream()
            .filter(entry -> entry.record.stream().equals(self.record.stream()))
            .sorted(BY_TIME)
            .toList();
    int at = stream.indexOf(self);
    return stream
        .subList(Math.max(0, at - before), Math.min(stream.size(), at + after + 1))
        .stream()
        .map(NaiveLogStore::hit)
        .toList();
  }

  @Override
  public Tail tail(LogQuery query, Consumer<LogRecord> listener) {
    Subscription subscription = new Subscription(query, listener);
    subscriptions.add(subscription);
    return () -> subscriptions.remove(subscription);
  }

  @Override
  public void close() {
    subscriptions.clear();
  }
}
