package dev.mangru.server.wire;

import dev.mangru.model.time.TextDuration;
import dev.mangru.server.config.EffectiveConfig;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.prometheus.ServerFacts;
import dev.mangru.tsdb.promql.Aggregation;
import dev.mangru.tsdb.promql.BinaryOperator;
import dev.mangru.tsdb.promql.Function;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Facts of the running server, gathered where they are. Thread-safe.
final class KnownFacts implements ServerFacts {

  private static final String STORE_FOLDER = "metrics";
  private static final String LOG_FOLDER = "wal";
  private static final String SEGMENT = ".log";

  private final MangruProperties properties;
  private final Path data;
  private final PromqlOptions language;
  private final MeterRegistry registry;
  private final String hostname;

  KnownFacts(
      MangruProperties properties, Path data, PromqlOptions language, MeterRegistry registry) {
    this.properties = properties;
    this.data = data;
    this.language = language;
    this.registry = registry;
    this.hostname = machine();
  }

  /// This machine's name; `localhost` if it does not know it.
  static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "localhost"; // a machine that cannot resolve its own name
    }
  }

  @Override
  public String configuration() {
    return EffectiveConfig.of(properties).yaml();
  }

  @Override
  public Map<String, String> flags() {
    Map<String, String> flags = new TreeMap<>(EffectiveConfig.of(properties).flat());
    MangruProperties.Http http = properties.http();
    MangruProperties.Query query = properties.query();
    flags.put("query.lookback-delta", TextDuration.of(query.lookback()));
    flags.put("query.max-concurrency", Integer.toString(query.concurrent()));
    flags.put("query.max-samples", Long.toString(query.limits().maxSamples()));
    flags.put("query.timeout", TextDuration.of(query.timeout()));
    flags.put("storage.tsdb.path", data.resolve(STORE_FOLDER).toString());
    flags.put("storage.tsdb.retention.size", properties.metrics().retentionSize().toBytes() + "B");
    flags.put("storage.tsdb.retention.time", TextDuration.of(properties.metrics().retention()));
    flags.put("web.enable-admin-api", Boolean.toString(properties.metrics().adminApi()));
    flags.put("web.enable-lifecycle", Boolean.toString(http.lifecycleApi()));
    flags.put("web.enable-remote-write-receiver", "true");
    flags.put(
        "web.external-url", EffectiveConfig.withoutSecrets(properties.alerts().externalUrl()));
    flags.put("web.listen-address", http.address() + ":" + http.port());
    return flags;
  }

  @Override
  public Instant started() {
    return Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
  }

  @Override
  public String hostname() {
    return hostname;
  }

  @Override
  public String retention() {
    MangruProperties.Metrics metrics = properties.metrics();
    String time = TextDuration.of(metrics.retention());
    long bytes = metrics.retentionSize().toBytes();
    return bytes == 0 ? time : time + " or " + bytes + "B";
  }

  @Override
  public long damagedFiles() {
    Meter meter = registry.find("mangru.tsdb.files.quarantined").meter();
    if (meter == null) {
      return 0; // not told of yet: the server is starting
    }
    double count = 0;
    for (Measurement measurement : meter.measure()) {
      count += measurement.getValue();
    }
    return (long) count;
  }

  @Override
  public Segments segments() {
    try (Stream<Path> files = Files.list(data.resolve(STORE_FOLDER).resolve(LOG_FOLDER))) {
      LongSummaryStatistics numbers =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(SEGMENT))
              .map(name -> name.substring(0, name.length() - SEGMENT.length()))
              .filter(name -> name.chars().allMatch(Character::isDigit) && !name.isEmpty())
              .mapToLong(Long::parseLong)
              .summaryStatistics();
      return numbers.getCount() == 0
          ? new Segments(0, 0)
          : new Segments(numbers.getMin(), numbers.getMax());
    } catch (IOException e) {
      throw new UncheckedIOException("the write-ahead log cannot be listed", e);
    }
  }

  /// In Prometheus' parts and words, where it has them.
  @Override
  public SortedMap<String, SortedMap<String, Boolean>> features() {
    SortedMap<String, SortedMap<String, Boolean>> all = new TreeMap<>();
    SortedMap<String, Boolean> api = part(all, "api");
    api.put("admin", properties.metrics().adminApi());
    api.put("lifecycle", properties.http().lifecycleApi());
    for (String feature :
        List.of(
            "exclude_alerts",
            "label_values_match",
            "notifications",
            "query_stats",
            "query_warnings",
            "remote_write_receiver",
            "search",
            "time_range_labels",
            "time_range_series")) {
      api.put(feature, true);
    }
    boolean experimental = on(PromqlFeature.EXPERIMENTAL_FUNCTIONS);
    SortedMap<String, Boolean> functions = part(all, "promql_functions");
    for (Function function : Function.values()) {
      functions.put(function.text(), !function.experimental() || experimental);
    }
    SortedMap<String, Boolean> operators = part(all, "promql_operators");
    for (BinaryOperator operator : BinaryOperator.values()) {
      operators.put(operator.symbol(), true);
    }
    for (Aggregation aggregation : Aggregation.values()) {
      operators.put(aggregation.text(), !aggregation.experimental() || experimental);
    }
    SortedMap<String, Boolean> promql = part(all, "promql");
    promql.put("anchored", on(PromqlFeature.EXTENDED_RANGE_SELECTORS));
    promql.put("at_modifier", true);
    promql.put("bool", true);
    promql.put("delayed_name_removal", on(PromqlFeature.DELAYED_NAME_REMOVAL));
    promql.put("duration_expr", on(PromqlFeature.DURATION_EXPRESSIONS));
    promql.put("fill", on(PromqlFeature.FILL_MODIFIERS));
    promql.put("negative_offset", true);
    promql.put("offset", true);
    promql.put("per_query_lookback_delta", true);
    promql.put("smoothed", on(PromqlFeature.EXTENDED_RANGE_SELECTORS));
    promql.put("subqueries", true);
    promql.put("type_and_unit_labels", on(PromqlFeature.TYPE_AND_UNIT_LABELS));
    SortedMap<String, Boolean> rules = part(all, "rules");
    rules.put("keep_firing_for", true);
    rules.put("query_offset", true);
    SortedMap<String, Boolean> tsdb = part(all, "tsdb");
    tsdb.put("delayed_compaction", false);
    tsdb.put("exemplar_storage", properties.metrics().maxExemplars() > 0);
    tsdb.put("native_histograms", true);
    return all;
  }

  private boolean on(PromqlFeature feature) {
    return language.features().contains(feature);
  }

  private static SortedMap<String, Boolean> part(
      SortedMap<String, SortedMap<String, Boolean>> all, String name) {
    return all.computeIfAbsent(name, _ -> new TreeMap<>());
  }

  /// Mangru notifies by itself; that interface is Alertmanager's.
  @Override
  public List<String> alertmanagers() {
    String said = properties.alerts().externalUrl();
    String base =
        said.isEmpty()
            ? "http://" + properties.http().address() + ":" + properties.http().port()
            : said;
    return List.of(base + "/api/v2/alerts");
  }
}
