package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.TargetStatus;
import dev.mangru.model.time.TextDuration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/// Targets of one job as a `scrape_config` of Prometheus' that would read the same pages. Passwords
/// are left out.
final class PoolYaml {

  private PoolYaml() {}

  /// @param pool not empty; the first target's interval and timeout stand for all, as do its path
  ///   and scheme where no label says otherwise
  static String of(List<TargetStatus> pool) {
    TargetStatus first = pool.getFirst();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("job_name", first.pool());
    config.put("scrape_interval", TextDuration.of(first.interval()));
    config.put("scrape_timeout", TextDuration.of(first.timeout()));
    config.put("metrics_path", path(first));
    config.put("scheme", first.url().getScheme());
    List<Object> targets = new ArrayList<>();
    for (TargetStatus target : pool) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("targets", List.of(target.discovered().get("__address__")));
      Map<String, String> labels = new LinkedHashMap<>();
      for (Label label : target.labels()) {
        boolean made = label.name().equals("job") || label.name().equals("instance");
        if (!made || !target.discovered().get("__address__").equals(label.value())) {
          labels.put(label.name(), label.value());
        }
      }
      labels.remove("job");
      differs(labels, "__metrics_path__", path(target), path(first));
      differs(labels, "__scheme__", target.url().getScheme(), first.url().getScheme());
      differs(labels, "__scrape_interval__", target.interval(), first.interval());
      differs(labels, "__scrape_timeout__", target.timeout(), first.timeout());
      if (!labels.isEmpty()) {
        one.put("labels", labels);
      }
      targets.add(one);
    }
    config.put("static_configs", targets);
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    return new Yaml(options).dump(config);
  }

  private static String path(TargetStatus target) {
    return target.discovered().get("__metrics_path__");
  }

  private static void differs(Map<String, String> labels, String name, Object own, Object first) {
    if (!own.equals(first)) {
      labels.put(
          name,
          own instanceof java.time.Duration length ? TextDuration.of(length) : own.toString());
    }
  }
}
