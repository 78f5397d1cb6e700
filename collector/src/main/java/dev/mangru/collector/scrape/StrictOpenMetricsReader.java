package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.model.metric.Labels;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Holds a page to the rules of OpenMetrics 1.0: what the grammar says of a line, and what the
/// specification says of families. Samples of a family stand together, groups of equal labels too;
/// timestamps of a group never go back; no two families claim one sample name. Confined to one
/// thread.
final class StrictOpenMetricsReader {

  private static final String END = "# EOF";

  private final byte[] page;
  private final ExpositionSink sink;

  /// Every name claimed by a family that has ended.
  private final Set<String> claimed = new HashSet<>();

  private @Nullable Family family;

  StrictOpenMetricsReader(byte[] page, ExpositionSink sink) {
    this.page = page;
    this.sink = sink;
  }

  void page() throws ExpositionException {
    int from = 0;
    boolean ended = false;
    while (from < page.length) {
      int to = from;
      while (to < page.length && page[to] != '\n') {
        to++;
      }
      String line = GoText.utf8(page, from, to);
      if (line == null) {
        throw new ExpositionException("line is not UTF-8: " + GoText.quote(page, from, to));
      }
      if (ended) {
        throw wrong("data after # EOF", line);
      }
      if (line.equals(END)) {
        ended = true;
      } else {
        line(line);
      }
      from = to + 1;
    }
    endFamily();
    if (!ended) {
      throw new ExpositionException("data does not end with # EOF");
    }
  }

  private void line(String line) throws ExpositionException {
    if (line.isEmpty()) {
      throw new ExpositionException("blank line");
    }
    if (line.charAt(0) == '#') {
      metadata(line);
    } else {
      sample(line);
    }
  }

  // ---- Metadata

  private void metadata(String line) throws ExpositionException {
    String[] parts = line.split(" ", 4);
    if (parts.length < 4 || !parts[0].equals("#")) {
      throw wrong("expected keyword, metric name and text", line);
    }
    String name = parts[2];
    Family current = family;
    if (current == null || !current.name.equals(name)) {
      endFamily();
      current = startFamily(name);
    } else if (current.hasSamples) {
      throw wrong("metadata after samples", line);
    }
    switch (parts[1]) {
      case "HELP" -> {
        current.help = once(current.help, parts[3], line);
        sink.help(name, LineParser.unescape(parts[3]));
      }
      case "TYPE" -> {
        once(current.typeWord, parts[3], line);
        current.typeWord = parts[3];
        current.type = type(parts[3], line);
        sink.type(name, current.type);
      }
      case "UNIT" -> {
        current.unit = once(current.unit, parts[3], line);
        sink.unit(name, parts[3]);
      }
      default -> throw wrong("unknown keyword", line);
    }
  }

  private static String once(@Nullable String before, String text, String line)
      throws ExpositionException {
    if (before != null) {
      throw wrong("metadata told twice", line);
    }
    return text;
  }

  private static MetricType type(String word, String line) throws ExpositionException {
    for (MetricType type : MetricType.values()) {
      if (type.word().equals(word)) {
        return type;
      }
    }
    throw wrong("invalid metric type", line);
  }

  // ---- Families

  private Family startFamily(String name) throws ExpositionException {
    if (!isMetricName(name)) {
      throw new ExpositionException("invalid metric name " + GoText.quote(name));
    }
    Family started = new Family(name);
    family = started;
    return started;
  }

  private static boolean isMetricName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 0x80 || !(Lexer.isMetricNameStart((byte) c) || (i > 0 && Lexer.isDigit((byte) c)))) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  private void endFamily() throws ExpositionException {
    Family ended = family;
    if (ended == null) {
      return;
    }
    String name = ended.name;
    claim(name);
    for (String suffix : suffixes(ended.type)) {
      if (!suffix.isEmpty()) {
        claim(name + suffix);
      }
    }
    String unit = Objects.requireNonNullElse(ended.unit, "");
    if (!unit.isEmpty()) {
      if (!name.endsWith("_" + unit)) {
        throw new ExpositionException(
            "unit " + GoText.quote(unit) + " not a suffix of metric " + GoText.quote(name));
      }
      if (ended.type == MetricType.INFO || ended.type == MetricType.STATESET) {
        throw new ExpositionException(
            "a metric of type " + ended.type.word() + " has no unit: " + name);
      }
    }
    ended.histogram.end(name);
    family = null;
  }

  private void claim(String name) throws ExpositionException {
    if (!claimed.add(name)) {
      throw new ExpositionException("clashing name: " + name);
    }
  }

  /// The suffixes that samples of a type carry.
  private static List<String> suffixes(MetricType type) {
    return switch (type) {
      case COUNTER -> List.of("_total", "_created");
      case SUMMARY -> List.of("", "_count", "_sum", "_created");
      case HISTOGRAM -> List.of("_count", "_sum", "_bucket", "_created");
      case GAUGEHISTOGRAM -> List.of("_gcount", "_gsum", "_bucket");
      case INFO -> List.of("_info");
      case UNKNOWN, GAUGE, STATESET -> List.of("");
    };
  }

  // ---- Samples

  private void sample(String line) throws ExpositionException {
    StrictSample sample = StrictSample.parse(line);
    Family current = family;
    if (current == null || !current.allows(sample.name())) {
      endFamily();
      current = startFamily(sample.name());
    }
    String suffix = sample.name().substring(current.name.length());
    checkLabels(current, suffix, sample, line);
    Map<String, String> group = group(current, suffix, sample);
    checkGroup(current, group, sample, line);
    checkValue(current, suffix, sample, line);
    boolean histogram =
        current.type == MetricType.HISTOGRAM || current.type == MetricType.GAUGEHISTOGRAM;
    if (histogram && current.isNew(sample, group)) {
      current.histogram.add(current.name, suffix, group, sample);
    }
    current.remember(sample, group);
    sink.sample(sample.series(), sample.value(), sample.timestampMs());
    StrictSample exemplar = sample.exemplar();
    if (exemplar != null) {
      sink.exemplar(Labels.of(exemplar.labels()), exemplar.value(), exemplar.timestampMs());
    }
  }

  private static void checkLabels(Family family, String suffix, StrictSample sample, String line)
      throws ExpositionException {
    if (family.type == MetricType.STATESET && !sample.labels().containsKey(family.name)) {
      throw wrong("stateset without its own label", line);
    }
    if (suffix.equals("_bucket")) {
      double bound = bound(sample.labels().get("le"), line);
      if (Double.isNaN(bound)) {
        throw wrong("bucket without a number in le", line);
      }
    }
    if (family.type == MetricType.SUMMARY && suffix.isEmpty()) {
      double quantile = bound(sample.labels().get("quantile"), line);
      if (!(quantile >= 0 && quantile <= 1)) {
        throw wrong("quantile is not between 0 and 1", line);
      }
    }
  }

  /// The number in a label; NaN where there is none. Infinity has one spelling.
  private static double bound(@Nullable String text, String line) throws ExpositionException {
    if (text == null) {
      return Double.NaN;
    }
    double bound = StrictSample.number(text);
    if (bound == Double.POSITIVE_INFINITY && !text.equals("+Inf")) {
      throw wrong("infinity is written +Inf", line);
    }
    return bound;
  }

  /// The labels that tell one metric of the family from another.
  private static Map<String, String> group(Family family, String suffix, StrictSample sample) {
    Map<String, String> group = new TreeMap<>(sample.labels());
    switch (family.type) {
      case INFO -> group.clear();
      case SUMMARY -> {
        if (suffix.isEmpty()) {
          group.remove("quantile");
        }
      }
      case STATESET -> group.remove(family.name);
      case HISTOGRAM, GAUGEHISTOGRAM -> {
        if (suffix.equals("_bucket")) {
          group.remove("le");
        }
      }
      case UNKNOWN, COUNTER, GAUGE -> {}
    }
    return group;
  }

  private static void checkGroup(
      Family family, Map<String, String> group, StrictSample sample, String line)
      throws ExpositionException {
    if (!group.equals(family.group)) {
      if (family.group != null && family.seenGroups.contains(group)) {
        throw wrong("samples of one metric must stand together", line);
      }
      return;
    }
    BigDecimal before = family.groupTimestamp;
    BigDecimal now = sample.timestamp();
    if ((before == null) != (now == null)) {
      throw wrong("some samples of a metric have timestamps and some have none", line);
    }
    if (before != null
        && now != null
        && before.compareTo(now) > 0
        && family.type != MetricType.INFO) {
      throw wrong("timestamps of a metric go back", line);
    }
  }

  private static void checkValue(Family family, String suffix, StrictSample sample, String line)
      throws ExpositionException {
    double value = sample.value();
    switch (family.type) {
      case STATESET -> {
        if (value != 0 && value != 1) {
          throw wrong("stateset values are 0 and 1", line);
        }
      }
      case INFO -> {
        if (value != 1) {
          throw wrong("info values are 1", line);
        }
      }
      case SUMMARY -> {
        if (suffix.isEmpty() && value < 0) {
          throw wrong("quantile values are not negative", line);
        }
      }
      case UNKNOWN, COUNTER, GAUGE, HISTOGRAM, GAUGEHISTOGRAM -> {}
    }
    switch (suffix) {
      case "_bucket", "_count", "_gcount" -> {
        if (value != Math.rint(value) || Double.isInfinite(value)) {
          throw wrong("counts are whole numbers", line);
        }
      }
      default -> {}
    }
    switch (suffix) {
      case "_total", "_sum", "_count", "_bucket", "_gcount" -> {
        if (!(value >= 0)) {
          throw wrong("values that count are neither negative nor NaN", line);
        }
      }
      case "_gsum" -> {
        if (Double.isNaN(value)) {
          throw wrong("a sum is not NaN", line);
        }
      }
      default -> {}
    }
    boolean exemplarAllowed =
        switch (family.type) {
          case HISTOGRAM, GAUGEHISTOGRAM -> suffix.equals("_bucket");
          case COUNTER -> suffix.equals("_total");
          case UNKNOWN, GAUGE, SUMMARY, INFO, STATESET -> false;
        };
    if (sample.exemplar() != null && !exemplarAllowed) {
      throw wrong("exemplars stand at buckets and counters only", line);
    }
  }

  private static ExpositionException wrong(String what, String line) {
    return new ExpositionException(what + ": " + GoText.quote(line));
  }

  /// The family that lines are added to.
  private static final class Family {

    final String name;
    MetricType type = MetricType.UNKNOWN;
    @Nullable String typeWord;
    @Nullable String help;
    @Nullable String unit;
    boolean hasSamples;

    @Nullable Map<String, String> group;
    @Nullable BigDecimal groupTimestamp;
    final Set<Map<String, String>> seenGroups = new HashSet<>();
    final Set<List<Object>> groupSeries = new HashSet<>();
    final StrictHistogram histogram = new StrictHistogram();

    Family(String name) {
      this.name = name;
    }

    boolean allows(String sampleName) {
      return sampleName.startsWith(name)
          && suffixes(type).contains(sampleName.substring(name.length()));
    }

    /// Whether a sample is not one of its group that repeats because timestamps were cut.
    boolean isNew(StrictSample sample, Map<String, String> sampleGroup) {
      return !sampleGroup.equals(group)
          || !StrictSample.sameTime(sample.timestamp(), groupTimestamp)
          || !groupSeries.contains(List.<Object>of(sample.name(), sample.labels()));
    }

    void remember(StrictSample sample, Map<String, String> sampleGroup) {
      if (!sampleGroup.equals(group)) {
        groupSeries.clear();
        group = sampleGroup;
        seenGroups.add(sampleGroup);
      }
      groupSeries.add(List.<Object>of(sample.name(), sample.labels()));
      groupTimestamp = sample.timestamp();
      hasSamples = true;
    }
  }
}
