package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What a client accepts, and which of it we can make.
final class MediaTypes {

  /// In which form objects are answered.
  enum Form {
    /// The objects themselves.
    OBJECT,
    /// Rows and columns, as `kubectl get` prints.
    TABLE,
    /// Metadata only.
    METADATA,
    /// All resources of all groups in one answer.
    AGGREGATED_DISCOVERY
  }

  private static final String META = "meta.k8s.io";

  private MediaTypes() {}

  /// The first of the accepted types that we can make; JSON if nothing is asked for.
  ///
  /// @throws KubeApiException 406 if there is none
  static Form negotiate(String accept) {
    if (accept.isBlank()) {
      return Form.OBJECT;
    }
    for (String range : accept.split(",", -1)) {
      String base = base(range);
      if (!base.equals("application/json")
          && !base.equals("*/*")
          && !base.equals("application/*")) {
        continue;
      }
      Map<String, String> parameters = parameters(range);
      String as = parameters.getOrDefault("as", "");
      String group = parameters.getOrDefault("g", "");
      String version = parameters.getOrDefault("v", "");
      if (as.isEmpty()) {
        return Form.OBJECT;
      } else if (as.equals("Table") && group.equals(META) && version.equals("v1")) {
        return Form.TABLE;
      } else if (as.startsWith("PartialObjectMetadata")
          && group.equals(META)
          && version.equals("v1")) {
        return Form.METADATA;
      } else if (as.equals("APIGroupDiscoveryList") && version.equals("v2")) {
        return Form.AGGREGATED_DISCOVERY;
      }
    }
    throw KubeApiException.notAcceptable(
        "only the following media types are accepted: application/json, also as Table,"
            + " PartialObjectMetadata or PartialObjectMetadataList of meta.k8s.io/v1; asked for "
            + accept);
  }

  /// `application/json` of `Application/JSON; charset=utf-8`.
  static String base(String type) {
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> parameters(String range) {
    Map<String, String> found = new HashMap<>();
    String[] parts = range.split(";", -1);
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0) {
        found.put(parts[i].substring(0, equals).strip(), parts[i].substring(equals + 1).strip());
      }
    }
    return found;
  }
}
