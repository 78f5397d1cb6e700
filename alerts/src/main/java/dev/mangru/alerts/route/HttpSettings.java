package dev.mangru.alerts.route;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The part of `http_config` that calls are made with.
///
/// @param username for basic authentication; null without
/// @param usernameFile holds the name; empty if it is given
/// @param passwordFile holds the password; empty if it is given
/// @param authorizationType `Bearer`; null without an authorization
/// @param credentialsFile holds the credentials; empty if they are given
/// @param headers to add, by name
/// @param followRedirects whether a redirection to the same host is followed
/// @param insecureSkipVerify whether any certificate will do
/// @param serverName expected in the certificate; empty for the host of the URL
/// @param caFile certificates to trust instead of the system's; empty for those
/// @param ca the same, inline
/// @param unsupported keys that are set and that calls cannot honour
public record HttpSettings(
    @Nullable String username,
    String usernameFile,
    String password,
    String passwordFile,
    @Nullable String authorizationType,
    String credentials,
    String credentialsFile,
    Map<String, List<String>> headers,
    boolean followRedirects,
    boolean insecureSkipVerify,
    String serverName,
    String caFile,
    String ca,
    List<String> unsupported) {

  /// Nothing special.
  public static final HttpSettings DEFAULT = of(new YamlMap());

  public HttpSettings {
    headers = Map.copyOf(headers);
    unsupported = List.copyOf(unsupported);
  }

  static HttpSettings of(YamlMap map) {
    YamlMap basic = map.map("basic_auth");
    YamlMap authorization = map.map("authorization");
    YamlMap tls = map.map("tls_config");
    tls = tls == null ? new YamlMap() : tls;
    String type = null;
    String credentials = map.text("bearer_token");
    String credentialsFile = map.text("bearer_token_file");
    if (authorization != null) {
      type = authorization.text("type").strip();
      type = type.isEmpty() ? "Bearer" : type;
      credentials = authorization.text("credentials");
      credentialsFile = authorization.text("credentials_file");
    } else if (!credentials.isEmpty() || !credentialsFile.isEmpty()) {
      type = "Bearer";
    }
    return new HttpSettings(
        basic == null ? null : basic.text("username"),
        basic == null ? "" : basic.text("username_file"),
        basic == null ? "" : basic.text("password"),
        basic == null ? "" : basic.text("password_file"),
        type,
        credentials,
        credentialsFile,
        headers(map),
        map.flag("follow_redirects", true),
        tls.flag("insecure_skip_verify", false),
        tls.text("server_name"),
        tls.text("ca_file"),
        tls.text("ca"),
        unsupported(map, basic, authorization, tls));
  }

  private static Map<String, List<String>> headers(YamlMap map) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    map.entries("http_headers")
        .forEach((name, value) -> {
          if (value instanceof YamlMap header) {
            List<String> values = new ArrayList<>(header.texts("values"));
            values.addAll(header.texts("secrets"));
            headers.put(name, List.copyOf(values));
          }
        });
    return headers;
  }

  private static List<String> unsupported(
      YamlMap map, @Nullable YamlMap basic, @Nullable YamlMap authorization, YamlMap tls) {
    List<String> keys = new ArrayList<>();
    for (String name : List.of("oauth2", "proxy_url", "proxy_connect_header")) {
      if (map.has(name) && !(map.get(name) instanceof String text && text.isEmpty())) {
        keys.add(name);
      }
    }
    if (map.flag("proxy_from_environment", false)) {
      keys.add("proxy_from_environment");
    }
    for (String name :
        List.of(
            "cert",
            "cert_file",
            "cert_ref",
            "ca_ref",
            "server_name",
            "min_version",
            "max_version")) {
      if (tls.hasText(name)) {
        keys.add("tls_config." + name);
      }
    }
    if (basic != null && (basic.hasText("username_ref") || basic.hasText("password_ref"))) {
      keys.add("basic_auth.*_ref");
    }
    if (authorization != null && authorization.hasText("credentials_ref")) {
      keys.add("authorization.credentials_ref");
    }
    map.entries("http_headers")
        .forEach((name, value) -> {
          if (value instanceof YamlMap header && !header.texts("files").isEmpty()) {
            keys.add("http_headers." + name + ".files");
          }
        });
    return keys;
  }

  @Override
  public String toString() {
    return "HttpSettings[<secret>]";
  }
}
