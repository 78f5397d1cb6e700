package dev.mangru.alerts.template;

import dev.mangru.model.time.Ticker;
import java.time.Instant;

/// What the functions of a template can ask for.
///
/// @param now the time of the evaluation
/// @param externalUrl where readers reach this server, without a slash at the end
/// @param ticker measures how long the expansion takes
public record TemplateContext(Instant now, String externalUrl, QueryFunction query, Ticker ticker) {

  /// A context without queries and external address.
  public static TemplateContext at(Instant now) {
    return new TemplateContext(now, "", QueryFunction.NONE, Ticker.SYSTEM);
  }
}
