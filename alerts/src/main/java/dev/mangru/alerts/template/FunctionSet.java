package dev.mangru.alerts.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The functions that a template may call. Immutable and thread-safe.
public final class FunctionSet {

  /// Go's own: `and`, `eq`, `index`, `printf` …
  public static final FunctionSet GO = new FunctionSet(Map.of(), Builtins.all());

  /// Go's and those of Prometheus' rule templates: `query`, `humanize` …
  public static final FunctionSet PROMETHEUS = GO.with(PrometheusFunctions.all());

  /// Those of [#PROMETHEUS] and `tmpl`, as in its console pages.
  public static final FunctionSet PROMETHEUS_CONSOLE =
      PROMETHEUS.with(PrometheusFunctions.console());

  /// Go's and those of Alertmanager's notification templates: `join`, `date`, `toJson` …
  public static final FunctionSet ALERTMANAGER = GO.with(AlertmanagerFunctions.all());

  private final Map<String, Function> functions;

  private FunctionSet(Map<String, Function> before, List<Function> more) {
    Map<String, Function> all = new LinkedHashMap<>(before);
    more.forEach(function -> all.put(function.name(), function));
    this.functions = Map.copyOf(all);
  }

  private FunctionSet with(List<Function> more) {
    return new FunctionSet(functions, more);
  }

  /// What a template may call.
  public Set<String> names() {
    return functions.keySet();
  }

  @Nullable Function find(String name) {
    return functions.get(name);
  }
}
