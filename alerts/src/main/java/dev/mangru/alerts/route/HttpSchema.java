package dev.mangru.alerts.route;

import dev.mangru.alerts.route.YamlType.ListOf;
import dev.mangru.alerts.route.YamlType.MapOf;
import dev.mangru.alerts.route.YamlType.Parsed;
import dev.mangru.alerts.route.YamlType.Struct;
import dev.mangru.model.error.MangruException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The shape of `http_config` and `tls_config`. Source: prometheus/common `config/http_config.go`
/// and its documentation.
final class HttpSchema {

  private static final Set<String> RESERVED_HEADERS =
      Set.of(
          "Authorization",
          "Host",
          "Content-Encoding",
          "Content-Length",
          "Content-Type",
          "User-Agent",
          "Connection",
          "Keep-Alive",
          "Proxy-Authenticate",
          "Proxy-Authorization",
          "Www-Authenticate",
          "Accept-Encoding",
          "X-Prometheus-Remote-Write-Version",
          "X-Prometheus-Remote-Read-Version",
          "X-Prometheus-Scrape-Timeout-Seconds",
          "X-Amz-Date",
          "X-Amz-Security-Token",
          "X-Amz-Content-Sha256");

  private static final Set<String> TLS_VERSIONS = Set.of("TLS10", "TLS11", "TLS12", "TLS13");

  private static final String JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

  static final Struct TLS =
      Struct.of("config.plain")
          .texts("ca", "ca_file", "ca_ref", "cert", "cert_file", "cert_ref", "key_file", "key_ref")
          .texts("server_name")
          .secrets("key")
          .flags("insecure_skip_verify")
          .all(Parsed.string(HttpSchema::tlsVersion), "min_version", "max_version")
          .check(HttpSchema::tls);

  private static final Struct BASIC_AUTH =
      Struct.of("config.plain")
          .texts("username", "username_file", "username_ref", "password_file", "password_ref")
          .secrets("password");

  private static final Struct AUTHORIZATION =
      Struct.of("config.Authorization")
          .texts("type", "credentials_file", "credentials_ref")
          .secrets("credentials");

  private static final MapOf PROXY_HEADERS =
      new MapOf("config.ProxyHeader", new ListOf("[]config.Secret", YamlType.SECRET), _ -> {});

  private static final MapOf HEADERS =
      new MapOf(
          "config.Headers",
          Struct.of("config.Header")
              .all(YamlType.STRINGS, "values", "files")
              .field("secrets", new ListOf("[]config.Secret", YamlType.SECRET)),
          HttpSchema::headers);

  private static final Struct OAUTH2 =
      Struct.of("config.plain")
          .texts("client_id", "client_secret_file", "client_secret_ref", "token_url", "grant_type")
          .texts("client_certificate_key_file", "client_certificate_key_id")
          .texts("client_certificate_key_ref", "audience", "iss", "signature_algorithm", "no_proxy")
          .secrets("client_secret", "client_certificate_key")
          .field("claims", YamlType.ANY_MAP)
          .field("scopes", YamlType.STRINGS)
          .field("endpoint_params", YamlType.STRING_MAP)
          .field("tls_config", TLS)
          .field("proxy_url", Parsed.string(HttpSchema::anyUrl))
          .field("proxy_connect_header", PROXY_HEADERS)
          .flags("proxy_from_environment")
          .check(HttpSchema::proxy);

  static final Struct HTTP =
      Struct.of("config.plain")
          .field("basic_auth", BASIC_AUTH)
          .field("authorization", AUTHORIZATION)
          .field("oauth2", OAUTH2)
          .secrets("bearer_token")
          .texts("bearer_token_file", "no_proxy")
          .field("tls_config", TLS)
          .flags("follow_redirects", "enable_http2", "proxy_from_environment")
          .field("proxy_url", Parsed.string(HttpSchema::anyUrl))
          .field("proxy_connect_header", PROXY_HEADERS)
          .field("http_headers", HEADERS)
          .check(HttpSchema::http);

  private HttpSchema() {}

  private static String tlsVersion(String name) {
    if (!TLS_VERSIONS.contains(name)) {
      throw MangruException.badData("unknown TLS version: " + name);
    }
    return name;
  }

  private static String anyUrl(String text) {
    GoUrl.parse(text);
    return text;
  }

  /// Refuses more than one text among `names`.
  static void atMostOne(YamlMap map, String message, String... names) {
    int found = 0;
    for (String name : names) {
      found += map.hasText(name) ? 1 : 0;
    }
    require(found <= 1, message);
  }

  static void require(boolean fine, String message) {
    if (!fine) {
      throw MangruException.badData(message);
    }
  }

  private static void tls(YamlMap map) {
    atMostOne(
        map, "at most one of ca, ca_file & ca_ref must be configured", "ca", "ca_file", "ca_ref");
    atMostOne(
        map,
        "at most one of cert, cert_file & cert_ref must be configured",
        "cert",
        "cert_file",
        "cert_ref");
    atMostOne(
        map, "at most one of key and key_file must be configured", "key", "key_file", "key_ref");
    boolean cert = map.hasText("cert") || map.hasText("cert_file") || map.hasText("cert_ref");
    boolean key = map.hasText("key") || map.hasText("key_file") || map.hasText("key_ref");
    require(
        key || !cert,
        "exactly one of key or key_file must be configured when a client certificate is"
            + " configured");
    require(
        cert || !key,
        "exactly one of cert or cert_file must be configured when a client key is configured");
  }

  private static void http(YamlMap map) {
    boolean bearer = map.hasText("bearer_token") || map.hasText("bearer_token_file");
    require(
        !(map.hasText("bearer_token") && map.hasText("bearer_token_file")),
        "at most one of bearer_token & bearer_token_file must be configured");
    YamlMap basic = map.map("basic_auth");
    YamlMap oauth2 = map.map("oauth2");
    YamlMap authorization = map.map("authorization");
    require(
        (basic == null && oauth2 == null) || !bearer,
        "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
    if (basic != null) {
      atMostOne(
          basic,
          "at most one of basic_auth username, username_file & username_ref must be configured",
          "username",
          "username_file",
          "username_ref");
      atMostOne(
          basic,
          "at most one of basic_auth password, password_file & password_ref must be configured",
          "password",
          "password_file",
          "password_ref");
    }
    if (authorization != null) {
      require(!bearer, "authorization is not compatible with bearer_token & bearer_token_file");
      atMostOne(
          authorization,
          "at most one of authorization credentials & credentials_file must be configured",
          "credentials",
          "credentials_file",
          "credentials_ref");
      require(
          !authorization.text("type").strip().toLowerCase(Locale.ROOT).equals("basic"),
          "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
      require(
          basic == null && oauth2 == null,
          "at most one of basic_auth, oauth2 & authorization must be configured");
    }
    if (oauth2 != null) {
      require(
          basic == null, "at most one of basic_auth, oauth2 & authorization must be configured");
      oauth2(oauth2);
    }
    proxy(map);
  }

  private static void oauth2(YamlMap map) {
    require(map.hasText("client_id"), "oauth2 client_id must be configured");
    require(map.hasText("token_url"), "oauth2 token_url must be configured");
    if (map.text("grant_type").equals(JWT_BEARER)) {
      atMostOne(
          map,
          "at most one of oauth2 client_certificate_key, client_certificate_key_file &"
              + " client_certificate_key_ref must be configured using grant-type="
              + JWT_BEARER,
          "client_certificate_key",
          "client_certificate_key_file",
          "client_certificate_key_ref");
      require(
          !map.hasText("signature_algorithm")
              || Set.of("RS256", "RS384", "RS512").contains(map.text("signature_algorithm")),
          "valid signature algorithms are RS256, RS384 and RS512");
    } else {
      atMostOne(
          map,
          "at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be"
              + " configured using grant-type=client_credentials",
          "client_secret",
          "client_secret_file",
          "client_secret_ref");
    }
  }

  private static void proxy(YamlMap map) {
    boolean fromEnvironment = map.flag("proxy_from_environment", false);
    require(
        map.entries("proxy_connect_header").isEmpty()
            || fromEnvironment
            || map.hasText("proxy_url"),
        "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be"
            + " configured");
    require(
        !(fromEnvironment && map.hasText("proxy_url")),
        "if proxy_from_environment is configured, proxy_url must not be configured");
    require(
        !(fromEnvironment && map.hasText("no_proxy")),
        "if proxy_from_environment is configured, no_proxy must not be configured");
    require(
        map.has("proxy_url") || !map.hasText("no_proxy"),
        "if no_proxy is configured, proxy_url must also be configured");
  }

  private static void headers(Map<String, @Nullable Object> headers) {
    for (String name : headers.keySet()) {
      String canonical = GoText.canonicalHeader(name);
      require(
          !RESERVED_HEADERS.contains(canonical),
          "setting header " + GoText.quote(canonical) + " is not allowed");
    }
  }
}
