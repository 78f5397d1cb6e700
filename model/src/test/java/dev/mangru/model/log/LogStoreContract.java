package dev.mangru.model.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.log.LogStore.Direction;
import dev.mangru.model.log.LogStore.Hit;
import dev.mangru.model.log.LogStore.Page;
import dev.mangru.model.log.LogStore.Tail;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every log store promises. An implementation extends this and hands itself in.
///
/// The store must accept records from [#START_NS] to [#RANGE_NS] later.
public abstract class LogStoreContract {

  /// 2026-11-20T23:00:00Z: the range reaches over a midnight.
  protected static final long START_NS = 1_795_215_600_000_000_000L;

  /// Three hours.
  protected static final long RANGE_NS = 3 * 3_600_000_000_000L;

  private static final Labels SHOP = Labels.of("app", "shop", "pod", "shop-1");
  private static final Labels BANK = Labels.of("app", "bank", "pod", "bank-1");

  private LogStore store;

  /// An empty store.
  protected abstract LogStore open() throws Exception;

  /// Called between appends: a store may tidy up, commit, or open again from its disk, and hands
  /// back what to go on with.
  protected LogStore disturb(LogStore current, Random random) throws Exception {
    return current;
  }

  @BeforeEach
  final void openStore() throws Exception {
    store = open();
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  private static LogRecord record(long offsetNs, Labels stream, Severity severity, String line) {
    return new LogRecord(START_NS + offsetNs, stream, severity, line, Labels.empty());
  }

  private static LogQuery everything() {
    return query(List.of(), List.of());
  }

  private static LogQuery query(List<LabelMatcher> matchers, List<TextFilter> filters) {
    return new LogQuery(START_NS, START_NS + RANGE_NS, matchers, filters, Set.of());
  }

  private static List<String> lines(Page page) {
    return page.hits().stream().map(hit -> hit.record().line()).toList();
  }

  private List<String> search(LogQuery query) {
    return lines(store.search(query, Direction.NEWEST_FIRST, 100, null));
  }

  @Test
  void an_appended_record_is_found_at_once_with_everything_it_had() {
    LogRecord record =
        new LogRecord(
            START_NS + 5,
            SHOP,
            Severity.WARN,
            "결제 실패 \ud83d\ude00",
            Labels.of(LogRecord.TRACE_ID, "0af7651916cd43dd8448eb211c80319c", "user", "kim"));
    assertThat(store.append(List.of(record)).accepted()).isEqualTo(1);
    Page page = store.search(everything(), Direction.NEWEST_FIRST, 10, null);
    assertThat(page.hits()).extracting(Hit::record).containsExactly(record);
    assertThat(page.next()).isNull();
  }

  @Test
  void an_empty_store_answers_with_nothing() {
    assertThat(search(everything())).isEmpty();
    assertThat(store.histogram(everything(), 10).total()).isZero();
    assertThat(store.facets(everything(), 10)).isEmpty();
    assertThat(store.labelNames(START_NS, START_NS + RANGE_NS, List.of())).isEmpty();
    assertThat(store.append(List.of()).accepted()).isZero();
  }

  @Test
  void pages_come_in_order_of_time_and_then_of_storage() {
    store.append(
        List.of(
            record(10, SHOP, Severity.INFO, "b1"),
            record(10, BANK, Severity.INFO, "b2"),
            record(5, SHOP, Severity.INFO, "a"),
            record(20, SHOP, Severity.INFO, "c")));
    assertThat(search(everything())).containsExactly("c", "b2", "b1", "a");
    assertThat(lines(store.search(everything(), Direction.OLDEST_FIRST, 100, null)))
        .containsExactly("a", "b1", "b2", "c");
  }

  @Test
  void the_start_of_a_range_is_inside_and_its_end_is_not() {
    store.append(
        List.of(
            record(10, SHOP, Severity.INFO, "at 10"), record(20, SHOP, Severity.INFO, "at 20")));
    LogQuery query = new LogQuery(START_NS + 10, START_NS + 20, List.of(), List.of(), Set.of());
    assertThat(search(query)).containsExactly("at 10");
    assertThat(store.histogram(query, 3).total()).isEqualTo(1);
  }

  @Test
  void text_filters_are_exact_substrings_with_regard_to_case() {
    store.append(
        List.of(
            record(1, SHOP, Severity.INFO, "Connection timeout after 30s"),
            record(2, SHOP, Severity.INFO, "connection TIMEOUT"),
            record(3, SHOP, Severity.INFO, "trace=0af7651916cd43dd8448eb211c80319c done")));
    assertThat(search(query(List.of(), List.of(new TextFilter("imeou", true)))))
        .containsExactly("Connection timeout after 30s");
    assertThat(search(query(List.of(), List.of(new TextFilter("onnection", false)))))
        .containsExactly("trace=0af7651916cd43dd8448eb211c80319c done");
    assertThat(search(query(List.of(), List.of(new TextFilter("51916cd43dd8448e", true)))))
        .hasSize(1);
    assertThat(search(query(List.of(), List.of(new TextFilter("t after 3", true))))).hasSize(1);
    assertThat(search(query(List.of(), List.of(new TextFilter("", true))))).hasSize(3);
    assertThat(search(query(List.of(), List.of(new TextFilter("", false))))).isEmpty();
  }

  @Test
  void matchers_and_severities_select() {
    store.append(
        List.of(
            record(1, SHOP, Severity.ERROR, "one"),
            record(2, BANK, Severity.ERROR, "two"),
            record(3, BANK, Severity.INFO, "three")));
    assertThat(search(query(List.of(LabelMatcher.equal("app", "bank")), List.of())))
        .containsExactly("three", "two");
    assertThat(search(query(List.of(LabelMatcher.equal("nosuch", "")), List.of()))).hasSize(3);
    LogQuery errors =
        new LogQuery(START_NS, START_NS + RANGE_NS, List.of(), List.of(), Set.of(Severity.ERROR));
    assertThat(search(errors)).containsExactly("two", "one");
  }

  @Test
  void a_histogram_counts_every_match_by_severity() {
    List<LogRecord> records = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      records.add(
          record(
              i * (RANGE_NS / 500),
              SHOP,
              i % 5 == 0 ? Severity.ERROR : Severity.INFO,
              "line " + i));
    }
    store.append(records);
    LogStore.Histogram histogram = store.histogram(everything(), 10);
    assertThat(histogram.counts()).hasSize(10);
    assertThat(histogram.total()).isEqualTo(500);
    assertThat(histogram.counts())
        .allSatisfy(bucket ->
            assertThat(bucket)
                .containsEntry(Severity.ERROR, 10L)
                .containsEntry(Severity.INFO, 40L)
                .hasSize(2));
    assertThat(histogram.bucketNs()).isEqualTo(RANGE_NS / 10);
  }

  @Test
  void facets_count_all_matches_most_frequent_first() {
    store.append(
        List.of(
            record(1, SHOP, Severity.INFO, "x"),
            record(2, BANK, Severity.INFO, "x"),
            record(3, BANK, Severity.INFO, "x"),
            record(4, BANK, Severity.INFO, "y")));
    LogQuery x = query(List.of(), List.of(new TextFilter("x", true)));
    assertThat(store.facets(x, 10).get("app"))
        .containsExactly(new LogStore.ValueCount("bank", 2), new LogStore.ValueCount("shop", 1));
    assertThat(store.facets(x, 1).get("app")).containsExactly(new LogStore.ValueCount("bank", 2));
    assertThat(store.labelNames(START_NS, START_NS + 2, List.of())).containsExactly("app", "pod");
    assertThat(store.labelValues("app", START_NS, START_NS + 2, List.of())).containsExactly("shop");
    assertThat(store.labelValues("app", START_NS, START_NS + RANGE_NS, List.of()))
        .containsExactly("bank", "shop");
  }

  @Test
  void context_is_the_neighbourhood_in_the_same_stream() {
    List<LogRecord> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      records.add(record(i / 2, SHOP, Severity.INFO, "shop " + i));
      records.add(record(i / 2, BANK, Severity.INFO, "bank " + i));
    }
    store.append(records);
    Hit hit =
        store
            .search(
                query(List.of(), List.of(new TextFilter("shop 10", true))),
                Direction.NEWEST_FIRST,
                1,
                null)
            .hits()
            .getFirst();
    assertThat(store.context(hit.id(), 3, 2))
        .extracting(found -> found.record().line())
        .containsExactly("shop 7", "shop 8", "shop 9", "shop 10", "shop 11", "shop 12");
    assertThat(store.context(hit.id(), 0, 0)).containsExactly(hit);
    assertThat(store.context(hit.id(), 100, 100)).hasSize(20);
  }

  @Test
  void a_tail_hears_what_matches_in_the_order_of_storage_until_it_is_closed() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    store.append(List.of(record(1, BANK, Severity.INFO, "before")));
    LogQuery bank = query(List.of(LabelMatcher.equal("app", "bank")), List.of());
    try (Tail _ = store.tail(bank, record -> heard.add(record.line()))) {
      store.append(
          List.of(
              record(3, BANK, Severity.INFO, "first"),
              record(2, SHOP, Severity.INFO, "not mine"),
              record(1, BANK, Severity.INFO, "second")));
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("first");
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("second");
    }
    store.append(List.of(record(4, BANK, Severity.INFO, "after")));
    assertThat(search(everything())).hasSize(5);
    assertThat(heard).isEmpty();
  }

  @Seeds(16)
  void every_answer_equals_the_list_store(long seed) throws Exception {
    Random random = new Random(seed);
    LogCorpus corpus = new LogCorpus(seed, START_NS, RANGE_NS);
    NaiveLogStore oracle = new NaiveLogStore();
    int rounds = 1 + (int) (seed / 4);
    for (int round = 0; round < rounds; round++) {
      List<LogRecord> records = corpus.records(1 + random.nextInt(10 + 15 * (int) seed));
      oracle.append(records);
      assertThat(store.append(records).accepted()).isEqualTo(records.size());
      store = disturb(store, random);
      for (int i = 0; i < 8; i++) {
        assertSame(corpus.query(), oracle, random);
      }
    }
  }

  private void assertSame(LogQuery query, LogStore oracle, Random random) {
    for (Direction direction : Direction.values()) {
      assertThat(allPages(store, query, direction, 1 + random.nextInt(50)))
          .as("%s of %s", direction, query)
          .isEqualTo(allPages(oracle, query, direction, 1_000));
    }
    int buckets = 1 + random.nextInt(30);
    assertThat(store.histogram(query, buckets))
        .as("histogram of %s", query)
        .isEqualTo(oracle.histogram(query, buckets));
    int values = 1 + random.nextInt(4);
    assertThat(List.copyOf(store.facets(query, values).entrySet()))
        .as("facets of %s", query)
        .isEqualTo(List.copyOf(oracle.facets(query, values).entrySet()));
    assertThat(List.copyOf(store.streams(query.startNs(), query.endNs(), query.matchers())))
        .as("streams of %s", query)
        .isEqualTo(List.copyOf(oracle.streams(query.startNs(), query.endNs(), query.matchers())));
    assertThat(store.labelNames(query.startNs(), query.endNs(), query.matchers()))
        .isEqualTo(oracle.labelNames(query.startNs(), query.endNs(), query.matchers()));
    assertThat(store.labelValues("app", query.startNs(), query.endNs(), query.matchers()))
        .isEqualTo(oracle.labelValues("app", query.startNs(), query.endNs(), query.matchers()));
    List<Hit> mine = store.search(query, Direction.OLDEST_FIRST, 5, null).hits();
    List<Hit> theirs = oracle.search(query, Direction.OLDEST_FIRST, 5, null).hits();
    if (!mine.isEmpty()) {
      int before = random.nextInt(10);
      int after = random.nextInt(10);
      assertThat(records(store.context(mine.getLast().id(), before, after)))
          .isEqualTo(records(oracle.context(theirs.getLast().id(), before, after)));
    }
  }

  private static List<LogRecord> allPages(
      LogStore store, LogQuery query, Direction direction, int limit) {
    List<LogRecord> all = new ArrayList<>();
    String cursor = null;
    do {
      Page page = store.search(query, direction, limit, cursor);
      assertThat(page.hits().size()).isLessThanOrEqualTo(limit);
      all.addAll(records(page.hits()));
      cursor = page.next();
    } while (cursor != null);
    return all;
  }

  private static List<LogRecord> records(List<Hit> hits) {
    return hits.stream().map(Hit::record).toList();
  }

  @Test
  void paging_neither_loses_nor_doubles_a_record_while_new_ones_come() throws Exception {
    List<LogRecord> first = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      first.add(record(1_000 + i / 20, SHOP, Severity.INFO, "old " + i));
    }
    store.append(first);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicBoolean failed = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                for (int i = 0; !stop.get() && i < 2_000; i++) {
                  store.append(
                      List.of(
                          record(1_000 + i % 20, BANK, Severity.INFO, "new " + i),
                          record(5_000 + i, BANK, Severity.INFO, "newer " + i)));
                }
              } catch (RuntimeException e) {
                failed.set(true);
              }
            });
    try {
      List<String> old = new ArrayList<>();
      @Nullable String cursor = null;
      do {
        Page page = store.search(everything(), Direction.NEWEST_FIRST, 7, cursor);
        lines(page).stream().filter(line -> line.startsWith("old")).forEach(old::add);
        cursor = page.next();
      } while (cursor != null && old.size() <= 400);
      assertThat(old).hasSize(400).doesNotHaveDuplicates();
    } finally {
      stop.set(true);
      writer.join();
    }
    assertThat(failed).isFalse();
  }
}
