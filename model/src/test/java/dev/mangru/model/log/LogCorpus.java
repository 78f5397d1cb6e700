package dev.mangru.model.log;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Makes random log records, and queries that have a fair chance of matching some of them. The same
/// seed gives the same corpus.
public final class LogCorpus {

  private static final String[] WORDS = {
    "timeout",
    "Connection",
    "is",
    "not",
    "available",
    "ERROR",
    "error",
    "order",
    "결제",
    "실패",
    "주문이",
    "GET",
    "/api/v1/users",
    "status=500",
    "a",
    "1",
    "id=42",
    "caf\u00e9",
    "\ud83d\ude00",
    "\ud83d\ude00\ud83d\ude01",
    "日本語のログ",
    "OutOfMemoryError",
    "x".repeat(40),
    "Abstract".repeat(10) + "timeout",
    "java.lang.NPE",
    "-",
    "\"quoted\"",
    "back\\slash",
    "tab\there",
    "%d",
    "[main]",
    "{json:true}",
    "\u0000",
    "\uffff"
  };

  private static final List<Severity> KNOWN =
      List.copyOf(EnumSet.complementOf(EnumSet.of(Severity.UNKNOWN)));

  private static final String HEX = "0123456789abcdef";

  private final Random random;
  private final long startNs;
  private final long rangeNs;
  private final List<Labels> streams = new ArrayList<>();
  private final List<LogRecord> made = new ArrayList<>();

  /// @param startNs the earliest time stamp
  /// @param rangeNs time stamps are before `startNs + rangeNs`
  public LogCorpus(long seed, long startNs, long rangeNs) {
    this.random = new Random(seed);
    this.startNs = startNs;
    this.rangeNs = rangeNs;
    int count = 1 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      streams.add(
          Labels.of(
              "app", "app-" + random.nextInt(3),
              "pod", "pod-" + i,
              "zone", random.nextInt(3) == 0 ? "" : "z" + random.nextInt(2)));
    }
  }

  /// The next records. Many share a time stamp.
  public List<LogRecord> records(int count) {
    List<LogRecord> records = new ArrayList<>(count);
    long step = Math.max(1, rangeNs / 50);
    for (int i = 0; i < count; i++) {
      long offset =
          random.nextInt(3) == 0 ? random.nextLong(rangeNs) : random.nextLong(50) * step % rangeNs;
      Severity severity = any(KNOWN);
      Labels attributes =
          random.nextInt(4) == 0 ? Labels.of(LogRecord.TRACE_ID, id(32)) : Labels.empty();
      records.add(
          new LogRecord(
              startNs + offset,
              streams.get(random.nextInt(streams.size())),
              severity,
              line(),
              attributes));
    }
    made.addAll(records);
    return records;
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    int words = random.nextInt(8);
    for (int i = 0; i < words; i++) {
      switch (random.nextInt(6)) {
        case 0 -> line.append(id(1 + random.nextInt(36)));
        case 1 -> line.append(random.nextInt(1_000_000));
        default -> line.append(WORDS[random.nextInt(WORDS.length)]);
      }
      line.append(random.nextInt(5) == 0 ? "" : " ");
    }
    return line.toString();
  }

  private String id(int length) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < length; i++) {
      id.append(HEX.charAt(random.nextInt(HEX.length())));
    }
    return id.toString();
  }

  /// A query over what was made so far.
  public LogQuery query() {
    long start = startNs;
    long end = startNs + rangeNs;
    if (random.nextInt(2) == 0) {
      long a = startNs + random.nextLong(rangeNs);
      long b = startNs + random.nextLong(rangeNs);
      start = Math.min(a, b);
      end = Math.max(a, b) + random.nextInt(2);
    }
    List<LabelMatcher> matchers = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      matchers.add(matcher());
    }
    List<TextFilter> filters = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      filters.add(new TextFilter(needle(), random.nextInt(4) != 0));
    }
    Set<Severity> severities = EnumSet.noneOf(Severity.class);
    if (random.nextInt(3) == 0) {
      severities.add(any(List.of(Severity.values())));
      severities.add(any(List.of(Severity.values())));
    }
    return new LogQuery(start, end, matchers, filters, severities);
  }

  private LabelMatcher matcher() {
    Operator operator = any(List.of(Operator.values()));
    return switch (random.nextInt(4)) {
      case 0 -> LabelMatcher.of(operator, "app", "app-" + random.nextInt(4));
      case 1 -> LabelMatcher.of(operator, "pod", "pod-" + random.nextInt(4));
      case 2 -> LabelMatcher.of(operator, "zone", random.nextBoolean() ? "" : "z1");
      default -> LabelMatcher.of(operator, "nosuch", random.nextBoolean() ? "" : "x");
    };
  }

  /// Mostly a part of some line, so that there is something to find.
  private String needle() {
    if (made.isEmpty() || random.nextInt(5) == 0) {
      return switch (random.nextInt(4)) {
        case 0 -> "";
        case 1 -> "rror";
        case 2 -> id(12);
        default -> WORDS[random.nextInt(WORDS.length)];
      };
    }
    String line = made.get(random.nextInt(made.size())).line();
    if (line.isEmpty()) {
      return "a";
    }
    int start = random.nextInt(line.length());
    int length = 1 + random.nextInt(Math.min(30, line.length() - start));
    return line.substring(start, start + length);
  }
}
