package dev.mangru.server.config;

import dev.mangru.model.time.TextDuration;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/// The configuration that is in force, defaults and all, for showing: without secrets.
///
/// What may be a secret is shown as Prometheus shows one, `<secret>`: user and password in URLs,
/// the values of their queries, and every option whose name says so. The text can be given to
/// `--config` again where nothing was hidden. Immutable.
public final class EffectiveConfig {

  private static final String SECRET = "<secret>";

  private static final List<String> SECRET_WORDS =
      List.of("password", "secret", "token", "authorization", "credential", "private-key");

  private final Map<String, Object> root;

  private EffectiveConfig(Map<String, Object> root) {
    this.root = root;
  }

  /// The options of `properties`.
  public static EffectiveConfig of(MangruProperties properties) {
    return new EffectiveConfig(Map.of("mangru", record(properties)));
  }

  /// As a configuration file.
  public String yaml() {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setWidth(200);
    return new Yaml(options).dump(root);
  }

  /// Every option by its full name, such as `mangru.http.port`; lists as YAML's short form.
  public Map<String, String> flat() {
    Map<String, String> all = new TreeMap<>();
    flatten("", root, all);
    return all;
  }

  private static void flatten(String name, Object value, Map<String, String> into) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, inner) -> flatten(name.isEmpty() ? key + "" : name + "." + key, inner, into));
      return;
    }
    into.put(name, String.valueOf(value));
  }

  private static Map<String, Object> record(Record record) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String name = kebab(component.getName());
      Object value = shown(name, read(record, component));
      if (value != null) {
        members.put(name, value);
      }
    }
    return members;
  }

  private static @Nullable Object read(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static @Nullable Object shown(String name, @Nullable Object value) {
    if (value != null && SECRET_WORDS.stream().anyMatch(name::contains)) {
      return value.toString().isEmpty() ? "" : SECRET;
    }
    return switch (value) {
      case null -> null;
      case Record inner -> record(inner);
      case List<?> list -> list.stream().map(each -> shown(name, each)).toList();
      case Map<?, ?> map -> {
        Map<String, Object> members = new LinkedHashMap<>();
        map.forEach((key, each) -> {
          Object inner = shown(String.valueOf(key), each);
          if (inner != null) {
            members.put(String.valueOf(key), inner);
          }
        });
        yield members;
      }
      case Duration duration -> duration.isNegative() ? duration.toString() : simple(duration);
      case DataSize size -> size(size);
      case URI uri -> withoutSecrets(uri.toString());
      case Path path -> path.toString();
      case Enum<?> word -> word.name().toLowerCase(Locale.ROOT).replace('_', '-');
      case Boolean flag -> flag;
      case Number number -> number;
      default -> withoutSecrets(value.toString());
    };
  }

  /// With one unit, which is what the configuration reads.
  private static String simple(Duration duration) {
    long ms = duration.toMillis();
    if (ms % 86_400_000 == 0 && ms > 0) {
      return ms / 86_400_000 + "d";
    }
    String text = TextDuration.of(duration);
    boolean oneUnit = text.chars().filter(Character::isDigit).count() == digitsAtStart(text);
    return oneUnit ? text : ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
  }

  private static int digitsAtStart(String text) {
    int digits = 0;
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    return digits;
  }

  private static String size(DataSize size) {
    long bytes = size.toBytes();
    if (bytes != 0 && bytes % (1 << 30) == 0) {
      return (bytes >> 30) + "GB";
    }
    if (bytes != 0 && bytes % (1 << 20) == 0) {
      return (bytes >> 20) + "MB";
    }
    return bytes != 0 && bytes % (1 << 10) == 0 ? (bytes >> 10) + "KB" : bytes + "B";
  }

  /// A URL without its user, its password and the values of its query; any other text as it is.
  ///
  /// @param text perhaps a URL
  public static String withoutSecrets(String text) {
    if (!text.contains("://")) {
      return text;
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException _) {
      return SECRET; // who knows what it is
    }
    if (uri.getRawAuthority() == null) {
      return text;
    }
    StringBuilder shown = new StringBuilder(uri.getScheme()).append("://");
    String authority = uri.getRawAuthority();
    int user = authority.lastIndexOf('@');
    shown.append(user < 0 ? authority : SECRET + authority.substring(user));
    shown.append(uri.getRawPath() == null ? "" : uri.getRawPath());
    String query = uri.getRawQuery();
    if (query != null) {
      char before = '?';
      for (String pair : query.split("&", -1)) {
        int equal = pair.indexOf('=');
        shown.append(before).append(equal < 0 ? SECRET : pair.substring(0, equal + 1) + SECRET);
        before = '&';
      }
    }
    return shown.toString();
  }

  private static String kebab(String name) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isUpperCase(c)) {
        words.append('-').append(Character.toLowerCase(c));
      } else {
        words.append(c);
      }
    }
    return words.toString();
  }
}
