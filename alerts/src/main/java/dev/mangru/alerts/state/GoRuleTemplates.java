package dev.mangru.alerts.state;

import dev.mangru.alerts.template.AlertTemplates;
import dev.mangru.alerts.template.FunctionFailure;
import dev.mangru.alerts.template.Template;
import dev.mangru.alerts.template.TemplateException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Rules' templates in Go's text/template language, as Prometheus expands them. Thread-safe.
///
/// Runaway templates are cut by the limits of [AlertTemplates].
public final class GoRuleTemplates implements RuleTemplates {

  /// Parsed templates that are kept; with more, all are parsed anew. Chosen: twice what our largest
  /// set of rules has.
  private static final int MAX_PARSED = 20_000;

  private record Key(String alert, String text) {}

  private final Ticker ticker;
  private final Map<Key, Template> parsed = new ConcurrentHashMap<>();

  /// Expansions are timed by `ticker`.
  public GoRuleTemplates(Ticker ticker) {
    this.ticker = ticker;
  }

  @Override
  public void check(String alert, String text) {
    try {
      AlertTemplates.validate(alert, text);
    } catch (TemplateException e) {
      throw new MangruException(ErrorCode.BAD_DATA, e.inPrometheusWords("__alert_" + alert), e);
    }
  }

  @Override
  public String expand(String alert, String template, Input input) {
    AlertTemplates templates =
        new AlertTemplates(
            input.externalLabels(),
            input.externalUrl(),
            (expression, at) -> {
              try {
                return input.query().instant(expression, at.toEpochMilli());
              } catch (MangruException e) {
                FunctionFailure failure = new FunctionFailure(e.text());
                failure.initCause(e);
                throw failure;
              }
            },
            ticker);
    try {
      return templates.expand(
          parsed(alert, template),
          input.labels(),
          input.value(),
          Instant.ofEpochMilli(input.timeMs()));
    } catch (TemplateException e) {
      throw new MangruException(ErrorCode.EXECUTION, e.inPrometheusWords("__alert_" + alert), e);
    }
  }

  private Template parsed(String alert, String text) throws TemplateException {
    Key key = new Key(alert, text);
    Template known = parsed.get(key);
    if (known != null) {
      return known;
    }
    Template fresh = AlertTemplates.parse(alert, text);
    if (parsed.size() >= MAX_PARSED) {
      parsed.clear();
    }
    parsed.put(key, fresh);
    return fresh;
  }
}
