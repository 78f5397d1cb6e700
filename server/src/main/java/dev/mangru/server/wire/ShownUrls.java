package dev.mangru.server.wire;

import dev.mangru.server.config.EffectiveConfig;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.prometheus.TargetsApi;
import java.net.URI;
import java.util.Set;

/// Addresses of targets without what may be secret, and as other machines would reach them.
///
/// Source: Prometheus `web/api/v1/api.go`, `sanitizeSplitHostPort` and `getGlobalURL`.
final class ShownUrls implements TargetsApi.GlobalUrls {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final String host;

  ShownUrls(MangruProperties properties) {
    String external = properties.alerts().externalUrl();
    String named = external.isEmpty() ? null : URI.create(external).getHost();
    this.host = named == null ? KnownFacts.machine() : named;
  }

  @Override
  public String shown(String url) {
    return EffectiveConfig.withoutSecrets(url);
  }

  @Override
  public String global(String url) {
    if (url.isEmpty()) {
      return url;
    }
    URI address = URI.create(url);
    String shown = shown(url);
    String local = address.getHost();
    int at = shown.indexOf(local);
    return LOOPBACK.contains(local)
        ? shown.substring(0, at) + host + shown.substring(at + local.length())
        : shown;
  }
}
