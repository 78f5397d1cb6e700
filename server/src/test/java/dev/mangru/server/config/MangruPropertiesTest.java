package dev.mangru.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.disk.Durability;
import dev.mangru.model.slo.Objective;
import dev.mangru.tsdb.MemoryThereIs;
import dev.mangru.tsdb.compact.Resolution;
import dev.mangru.tsdb.compact.SummaryPlanner;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

class MangruPropertiesTest {

  private static MangruProperties bind(Map<String, String> map) {
    return new Binder(new MapConfigurationPropertySource(map))
        .bindOrCreate("mangru", Bindable.of(MangruProperties.class));
  }

  @Test
  void the_reference_file_lists_the_defaults() throws IOException {
    MutablePropertySources sources = new MutablePropertySources();
    for (PropertySource<?> source :
        new YamlPropertySourceLoader()
            .load("reference", new ClassPathResource("application.yaml"))) {
      sources.addLast(source);
    }
    MangruProperties listed =
        new Binder(ConfigurationPropertySources.from(sources))
            .bind("mangru", Bindable.of(MangruProperties.class))
            .get();
    assertThat(listed).isEqualTo(bind(Map.of()));
  }

  @Test
  void the_defaults_are_these() {
    MangruProperties defaults = bind(Map.of());
    assertThat(defaults.data()).isEqualTo(Path.of("mangru-data"));
    assertThat(defaults.http().address()).isEqualTo("127.0.0.1");
    assertThat(defaults.http().port()).isEqualTo(8080);
    assertThat(defaults.http().allowRemote()).isFalse();
    assertThat(defaults.http().maxBody()).isEqualTo(DataSize.ofMegabytes(32));
    assertThat(defaults.http().maxDecodedBody()).isEqualTo(DataSize.ofMegabytes(32));
    MemoryThereIs memory = MemoryThereIs.now();
    assertThat(defaults.http().bytesInFlight()).isEqualTo(memory.requestBytes());
    assertThat(defaults.http().bodyLimits().maxDecodedBytes())
        .isEqualTo((int) Math.min(32 << 20, memory.requestBytes() / 2));
    assertThat(defaults.query().concurrent()).isEqualTo(memory.queries());
    assertThat(defaults.query().limits().maxSamples()).isEqualTo(memory.querySamples());
    assertThat(defaults.query().resultCache().maxBytes()).isEqualTo(memory.resultCacheBytes());
    assertThat(defaults.metrics().retention()).isEqualTo(Duration.ofDays(400));
    assertThat(defaults.logs().retention()).isEqualTo(Duration.ofDays(30));
    assertThat(defaults.query().timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(defaults.agent().enabled()).isTrue();
    assertThat(defaults.agent().interval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(defaults.builtInObjectives()).isTrue();
    assertThat(defaults.objectives()).isEmpty();
    assertThat(defaults.otel().endpoint()).isEmpty();
  }

  @Test
  void every_option_reaches_its_engine() {
    MangruProperties set =
        bind(
            Map.ofEntries(
                Map.entry("mangru.metrics.retention", "3d"),
                Map.entry("mangru.metrics.retention-size", "9GB"),
                Map.entry("mangru.metrics.out-of-order-window", "30m"),
                Map.entry("mangru.metrics.max-ahead", "1h"),
                Map.entry("mangru.metrics.durability", "os"),
                Map.entry("mangru.metrics.seal-interval", "1m"),
                Map.entry("mangru.metrics.max-series", "77"),
                Map.entry("mangru.metrics.max-new-series-per-minute", "78"),
                Map.entry("mangru.metrics.min-free", "5MB"),
                Map.entry("mangru.logs.retention", "2d"),
                Map.entry("mangru.logs.max-line", "1KB"),
                Map.entry("mangru.logs.search-timeout", "7s"),
                Map.entry("mangru.logs.min-free", "6MB")));
    var metrics = set.metrics().options(Path.of("d"));
    assertThat(metrics.directory()).isEqualTo(Path.of("d", "metrics"));
    assertThat(metrics.retention()).isEqualTo(Duration.ofDays(3));
    assertThat(metrics.retentionBytes()).isEqualTo(9L << 30);
    assertThat(metrics.outOfOrderWindow()).isEqualTo(Duration.ofMinutes(30));
    assertThat(metrics.maxAhead()).isEqualTo(Duration.ofHours(1));
    assertThat(metrics.durability()).isEqualTo(Durability.OS);
    assertThat(metrics.sealInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(metrics.maxNewSeriesPerMinute()).isEqualTo(78);
    assertThat(metrics.maxSeries()).isEqualTo(77);
    assertThat(metrics.minFreeBytes()).isEqualTo(5 << 20);
    var logs = set.logs().options(Path.of("d"));
    assertThat(logs.directory()).isEqualTo(Path.of("d", "logs"));
    assertThat(logs.retention()).isEqualTo(Duration.ofDays(2));
    assertThat(logs.records().maxLineBytes()).isEqualTo(1024);
    assertThat(logs.searches().timeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(logs.writing().minFreeBytes()).isEqualTo(6 << 20);
  }

  @Test
  void tenants_have_limits_of_their_own() {
    MangruProperties set =
        bind(
            Map.ofEntries(
                Map.entry("mangru.metrics.max-series", "77"),
                Map.entry("mangru.metrics.retention", "3d"),
                Map.entry("mangru.metrics.max-exemplars", "5"),
                Map.entry("mangru.metrics.admin-api", "true"),
                Map.entry("mangru.tenants.enabled", "false"),
                Map.entry("mangru.tenants.max", "7"),
                Map.entry("mangru.tenants.idle", "1m"),
                Map.entry("mangru.tenants.limits[0].tenant", "Shop_1"),
                Map.entry("mangru.tenants.limits[0].retention", "2d"),
                Map.entry("mangru.tenants.limits[0].retention-size", "1GB"),
                Map.entry("mangru.tenants.limits[0].out-of-order-window", "5m"),
                Map.entry("mangru.tenants.limits[0].max-series", "11"),
                Map.entry("mangru.tenants.limits[0].max-new-series-per-minute", "12"),
                Map.entry("mangru.tenants.limits[0].max-exemplars", "13")));
    assertThat(set.metrics().adminApi()).isTrue();
    assertThat(set.tenants().enabled()).isFalse();
    assertThat(set.tenants().max()).isEqualTo(7);
    assertThat(set.tenants().idle()).isEqualTo(Duration.ofMinutes(1));
    var own = set.tenants().options("Shop_1", Path.of("t"), set.metrics());
    assertThat(own.directory()).isEqualTo(Path.of("t"));
    assertThat(own.retention()).isEqualTo(Duration.ofDays(2));
    assertThat(own.retentionBytes()).isEqualTo(1L << 30);
    assertThat(own.outOfOrderWindow()).isEqualTo(Duration.ofMinutes(5));
    assertThat(own.maxSeries()).isEqualTo(11);
    assertThat(own.maxNewSeriesPerMinute()).isEqualTo(12);
    assertThat(set.tenants().maxExemplars("Shop_1", set.metrics())).isEqualTo(13);
    var other = set.tenants().options("other", Path.of("t"), set.metrics());
    assertThat(other.retention()).isEqualTo(Duration.ofDays(3));
    assertThat(other.maxSeries()).isEqualTo(77);
    assertThat(set.tenants().maxExemplars("other", set.metrics())).isEqualTo(5);
  }

  @Test
  void rules_of_retention_and_downsampling_reach_the_store() {
    MangruProperties set =
        bind(
            Map.ofEntries(
                Map.entry("mangru.metrics.retention-rules[0].match", "{namespace=\"dev\"}"),
                Map.entry("mangru.metrics.retention-rules[0].keep", "30d"),
                Map.entry("mangru.metrics.retention-rules[1].match", "up{job=~\"a.*\"}"),
                Map.entry("mangru.metrics.retention-rules[1].keep", "800d"),
                Map.entry("mangru.metrics.downsampling[0].resolution", "5m"),
                Map.entry("mangru.metrics.downsampling[0].after", "40h"),
                Map.entry("mangru.metrics.downsampling[0].keep", "400d"),
                Map.entry("mangru.metrics.downsampling[1].resolution", "1h"),
                Map.entry("mangru.metrics.downsampling[1].after", "10d"),
                Map.entry("mangru.metrics.downsampling[1].keep", "800d"),
                Map.entry("mangru.tenants.limits[0].tenant", "shop"),
                Map.entry("mangru.tenants.limits[0].retention-rules[0].match", "up"),
                Map.entry("mangru.tenants.limits[0].retention-rules[0].keep", "1d")));
    var metrics = set.metrics().options(Path.of("d"));
    assertThat(metrics.retentionRules()).hasSize(2);
    assertThat(metrics.retentionRules().getFirst().keep()).isEqualTo(Duration.ofDays(30));
    assertThat(metrics.retentionRules().getLast().matchers()).hasSize(2);
    assertThat(metrics.kept().longestMs()).isEqualTo(Duration.ofDays(800).toMillis());
    assertThat(metrics.kept().shortestMs()).isEqualTo(Duration.ofDays(30).toMillis());
    assertThat(metrics.downsampling())
        .containsExactly(
            new SummaryPlanner.Rule(Resolution.D5M, Duration.ofHours(40), Duration.ofDays(400)),
            new SummaryPlanner.Rule(Resolution.D1H, Duration.ofDays(10), Duration.ofDays(800)));
    var own = set.tenants().options("shop", Path.of("t"), set.metrics());
    assertThat(own.retentionRules())
        .singleElement()
        .satisfies(rule -> assertThat(rule.keep()).isEqualTo(Duration.ofDays(1)));
    assertThat(own.downsampling()).hasSize(2);
    assertThat(set.tenants().options("other", Path.of("t"), set.metrics()).retentionRules())
        .hasSize(2);
  }

  @Test
  void rules_that_cannot_be_stop_the_start_and_are_named() {
    String rule = "mangru.metrics.retention-rules[0].";
    assertThatThrownBy(() -> bind(Map.of(rule + "match", "{a=}", rule + "keep", "1d")))
        .hasStackTraceContaining("retention-rules: match '{a=}' is no series selector: 1:4");
    assertThatThrownBy(() -> bind(Map.of(rule + "match", "rate(up[5m])", rule + "keep", "1d")))
        .hasStackTraceContaining("match 'rate(up[5m])' is no series selector");
    assertThatThrownBy(() -> bind(Map.of(rule + "match", "up")))
        .hasStackTraceContaining("the rule with match 'up' needs a positive keep");
    assertThatThrownBy(() -> bind(Map.of(rule + "keep", "1d")))
        .hasStackTraceContaining("needs a match");
    String summary = "mangru.metrics.downsampling[0].";
    assertThatThrownBy(() ->
            bind(
                Map.of(
                    summary + "resolution", "7m", summary + "after", "1d", summary + "keep", "2d")))
        .hasStackTraceContaining("a resolution is 5m or 1h, not PT7M");
    assertThatThrownBy(() ->
            bind(
                Map.of(
                    summary + "resolution", "5m", summary + "after", "3d", summary + "keep", "2d")))
        .hasStackTraceContaining("must be kept longer than the age at which they are made");
    assertThatThrownBy(() -> bind(Map.of(summary + "resolution", "5m")))
        .hasStackTraceContaining("needs resolution (5m or 1h), after and keep");
  }

  @Test
  void limits_of_what_is_no_tenant_stop_the_start() {
    assertThatThrownBy(() -> bind(Map.of("mangru.tenants.limits[0].tenant", "anonymous")))
        .hasStackTraceContaining("those of anonymous are mangru.metrics");
    assertThatThrownBy(() -> bind(Map.of("mangru.tenants.limits[0].tenant", "a/b")))
        .hasStackTraceContaining("character 2 is U+002F");
    assertThatThrownBy(() -> bind(Map.of("mangru.tenants.limits[0].max-series", "1")))
        .hasStackTraceContaining("needs a tenant");
    assertThatThrownBy(() -> bind(Map.of("mangru.tenants.max", "-1")))
        .hasStackTraceContaining("mangru.tenants.max must be from 0 to 999999: -1");
  }

  @Test
  void http_query_agent_and_otel_options_are_read() {
    MangruProperties set =
        bind(
            Map.ofEntries(
                Map.entry("mangru.http.address", "::1"),
                Map.entry("mangru.http.port", "9"),
                Map.entry("mangru.http.allow-remote", "true"),
                Map.entry("mangru.http.allowed-hosts[0]", "m.example"),
                Map.entry("mangru.http.allowed-origins[0]", "https://g.example"),
                Map.entry("mangru.http.max-body", "1KB"),
                Map.entry("mangru.http.max-decoded-body", "2KB"),
                Map.entry("mangru.http.max-bytes-in-flight", "3KB"),
                Map.entry("mangru.http.max-body-duration", "4s"),
                Map.entry("mangru.http.lifecycle-api", "true"),
                Map.entry("mangru.query.timeout", "5s"),
                Map.entry("mangru.query.lookback", "6s"),
                Map.entry("mangru.query.max-samples", "7"),
                Map.entry("mangru.query.max-concurrent", "8"),
                Map.entry("mangru.query.max-wait", "9s"),
                Map.entry("mangru.query.result-cache-bytes", "7000"),
                Map.entry("mangru.agent.enabled", "false"),
                Map.entry("mangru.agent.interval", "1s"),
                Map.entry("mangru.agent.docker", "/d"),
                Map.entry("mangru.agent.logs[0]", "/l/*.log"),
                Map.entry("mangru.agent.scrape[0].job", "shop"),
                Map.entry("mangru.agent.scrape[0].url", "http://127.0.0.1:1/metrics"),
                Map.entry("mangru.agent.scrape[0].interval", "20s"),
                Map.entry("mangru.otel.endpoint", "http://127.0.0.1:4318"),
                Map.entry("mangru.otel.sample-ratio", "0.5"),
                Map.entry("mangru.built-in-objectives", "false")));
    assertThat(set.http())
        .isEqualTo(
            new MangruProperties.Http(
                "::1",
                9,
                true,
                List.of("m.example"),
                List.of("https://g.example"),
                DataSize.ofKilobytes(1),
                DataSize.ofKilobytes(2),
                DataSize.ofKilobytes(3),
                Duration.ofSeconds(4),
                true));
    assertThat(set.http().bodyLimits().maxDecodedBytes()).isEqualTo(2048);
    assertThat(set.http().bytesInFlight()).isEqualTo(3072);
    assertThat(set.query().limits().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(set.query().limits().lookback()).isEqualTo(Duration.ofSeconds(6));
    assertThat(set.query().limits().maxSamples()).isEqualTo(7);
    assertThat(set.query().concurrent()).isEqualTo(8);
    assertThat(set.query().maxWait()).isEqualTo(Duration.ofSeconds(9));
    assertThat(set.query().resultCache().maxBytes()).isEqualTo(7000);
    assertThat(set.agent().enabled()).isFalse();
    assertThat(set.agent().docker()).isEqualTo(Path.of("/d"));
    assertThat(set.agent().logs()).containsExactly("/l/*.log");
    assertThat(set.agent().scrape())
        .containsExactly(
            new MangruProperties.Scrape(
                "shop",
                URI.create("http://127.0.0.1:1/metrics"),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10)));
    assertThat(set.otel()).isEqualTo(new MangruProperties.Otel("http://127.0.0.1:4318", 0.5));
    assertThat(set.builtInObjectives()).isFalse();
  }

  @Test
  void features_of_promql_go_by_prometheus_names() {
    MangruProperties some =
        bind(
            Map.of(
                "mangru.query.features[0]", "promql-experimental-functions",
                "mangru.query.features[1]", "type-and-unit-labels"));
    assertThat(some.query().promql().features())
        .containsExactlyInAnyOrder(
            PromqlFeature.EXPERIMENTAL_FUNCTIONS, PromqlFeature.TYPE_AND_UNIT_LABELS);
    assertThat(bind(Map.of()).query().promql()).isEqualTo(PromqlOptions.defaults());
    assertThatThrownBy(() -> bind(Map.of("mangru.query.features[0]", "promql-magic")))
        .rootCause()
        .hasMessageContaining("\"promql-magic\" is no feature of PromQL; there are promql-exp");
  }

  @Test
  void an_objective_is_a_ratio_a_condition_or_a_probe() {
    MangruProperties set =
        bind(
            Map.of(
                "mangru.objectives[0].name", "checkout",
                "mangru.objectives[0].target", "0.999",
                "mangru.objectives[0].ratio.good", "good_total",
                "mangru.objectives[0].ratio.total", "all_total",
                "mangru.objectives[1].name", "up",
                "mangru.objectives[1].target", "0.99",
                "mangru.objectives[1].condition", "up == 1",
                "mangru.objectives[2].name", "front \"door\"",
                "mangru.objectives[2].target", "0.9",
                "mangru.objectives[2].probe.url", "http://127.0.0.1:1/"));
    assertThat(set.objectives().get(2).objective().indicator())
        .isEqualTo(
            new Objective.Indicator.TimeSlice(
                "min(probe_success{probe=\"front \\\"door\\\"\"}) == 1"));
    assertThat(set.objectives().get(0).objective().indicator())
        .isEqualTo(new Objective.Indicator.Ratio("good_total", "all_total"));
    assertThat(set.objectives().get(1).objective().indicator())
        .isEqualTo(new Objective.Indicator.TimeSlice("up == 1"));
  }

  @Test
  void an_objective_without_or_with_two_indicators_is_refused_by_name() {
    assertThatThrownBy(() ->
            bind(
                Map.of(
                    "mangru.objectives[0].name", "checkout",
                    "mangru.objectives[0].target", "0.999")))
        .hasRootCauseMessage(
            "objective checkout needs exactly one of ratio, condition and probe, and has 0");
  }
}
