package dev.mangru.alerts.route;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// An entry of `webhook_configs`.
///
/// @param sendResolved whether it is told that alerts have stopped
/// @param url where to; empty if a file says it, possibly a template
/// @param urlFile holds the URL; empty if that is given
/// @param maxAlerts of one notification; 0 for no limit
/// @param timeout of one attempt; null if none is given, zero for no limit
/// @param customPayload whether a payload of its own is configured
public record Webhook(
    boolean sendResolved,
    String url,
    String urlFile,
    long maxAlerts,
    @Nullable Duration timeout,
    HttpSettings http,
    boolean customPayload) {

  @Override
  public String toString() {
    return "Webhook[<secret>]"; // a URL often carries a token
  }
}
