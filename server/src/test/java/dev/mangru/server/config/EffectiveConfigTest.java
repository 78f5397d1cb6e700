package dev.mangru.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.yaml.snakeyaml.Yaml;

class EffectiveConfigTest {

  private static MangruProperties bind(Map<String, ?> options) {
    return new Binder(new MapConfigurationPropertySource(options))
        .bindOrCreate(
            "mangru",
            Bindable.of(MangruProperties.class),
            new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
  }

  /// YAML's tree as Spring names it.
  private static void flatten(String name, Object value, Map<String, Object> into) {
    switch (value) {
      case Map<?, ?> map ->
          map.forEach(
              (key, inner) -> flatten(name.isEmpty() ? key + "" : name + "." + key, inner, into));
      case java.util.List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          flatten(name + "[" + i + "]", list.get(i), into);
        }
      }
      default -> into.put(name, value);
    }
  }

  @Test
  void what_is_shown_is_a_configuration_with_the_same_meaning() {
    MangruProperties properties =
        bind(
            Map.of(
                "mangru.http.port", "9",
                "mangru.metrics.retention", "36h",
                "mangru.metrics.retention-size", "3GB",
                "mangru.metrics.seal-interval", "90s",
                "mangru.query.max-wait", "1500ms",
                "mangru.agent.scrape[0].job", "shop",
                "mangru.agent.scrape[0].url", "http://127.0.0.1:1/metrics",
                "mangru.objectives[0].name", "shop",
                "mangru.objectives[0].target", "0.99",
                "mangru.objectives[0].condition", "up{job=\"shop\"} == 1"));
    Map<String, Object> shown = new TreeMap<>();
    flatten("", new Yaml().load(EffectiveConfig.of(properties).yaml()), shown);
    assertThat(shown)
        .containsEntry("mangru.http.port", 9)
        .containsEntry("mangru.metrics.retention-size", "3GB")
        .containsEntry("mangru.agent.scrape[0].job", "shop");
    assertThat(bind(shown)).isEqualTo(properties);
  }

  @Test
  void passwords_and_tokens_are_not_shown() {
    MangruProperties properties =
        bind(
            Map.of(
                "mangru.agent.scrape[0].job", "shop",
                "mangru.agent.scrape[0].url", "http://eve:geheim@127.0.0.1:1/metrics?key=geheim&x",
                "mangru.otel.endpoint", "https://geheim@otel.example/",
                "mangru.alerts.external-url", "https://a.example/?token=geheim"));
    EffectiveConfig config = EffectiveConfig.of(properties);
    assertThat(config.yaml())
        .doesNotContain("geheim", "eve")
        .contains("http://<secret>@127.0.0.1:1/metrics?key=<secret>&<secret>");
    assertThat(config.flat().toString()).doesNotContain("geheim", "eve");
    assertThat(config.flat())
        .containsEntry("mangru.otel.endpoint", "https://<secret>@otel.example/");
  }

  @Test
  void other_text_is_left_alone() {
    assertThat(EffectiveConfig.withoutSecrets("up{job=\"x\"} == 1"))
        .isEqualTo("up{job=\"x\"} == 1");
    assertThat(EffectiveConfig.withoutSecrets("http://h:1/p")).isEqualTo("http://h:1/p");
    assertThat(EffectiveConfig.withoutSecrets("http://user:p|w@h/")).isEqualTo("<secret>");
  }
}
