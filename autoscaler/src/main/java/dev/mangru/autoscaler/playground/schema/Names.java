package dev.mangru.autoscaler.playground.schema;

import com.google.re2j.Pattern;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The forms of names, labels and annotations, and what upstream says of those that break them
/// (`k8s.io/apimachinery/pkg/util/validation`).
final class Names {

  static final String SUBDOMAIN_MESSAGE =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
          + " '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex"
          + " used for validation is"
          + " '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  static final String LABEL_MESSAGE =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and"
          + " must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc',"
          + " regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
  static final String DNS_1035_MESSAGE =
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
          + " alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or"
          + " 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
  static final String QUALIFIED_MESSAGE =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
          + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex"
          + " used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  static final String VALUE_MESSAGE =
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or"
          + " '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or"
          + " 'my_value',  or '12345', regex used for validation is"
          + " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

  private static final int SUBDOMAIN_LENGTH = 253;
  private static final int LABEL_LENGTH = 63;
  private static final int ANNOTATIONS_BYTES = 256 * 1024;

  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern DNS_1035 = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern QUALIFIED =
      Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
  private static final Pattern CONFIG_KEY = Pattern.compile("[-._a-zA-Z0-9]+");

  private Names() {}

  static boolean isSubdomain(String name) {
    return name.length() <= SUBDOMAIN_LENGTH && SUBDOMAIN.matches(name);
  }

  static boolean isLabel(String name) {
    return name.length() <= LABEL_LENGTH && LABEL.matches(name);
  }

  static boolean isConfigKey(String key) {
    return key.length() <= SUBDOMAIN_LENGTH
        && CONFIG_KEY.matches(key)
        && !key.equals(".")
        && !key.equals("..");
  }

  static void subdomain(String field, String name, Problems problems) {
    if (name.length() > SUBDOMAIN_LENGTH) {
      problems.invalid(field, name, "must be no more than " + SUBDOMAIN_LENGTH + " bytes");
    } else if (!SUBDOMAIN.matches(name)) {
      problems.invalid(field, name, SUBDOMAIN_MESSAGE);
    }
  }

  static void label(String field, String name, Problems problems) {
    if (name.length() > LABEL_LENGTH) {
      problems.invalid(field, name, "must be no more than " + LABEL_LENGTH + " bytes");
    } else if (!LABEL.matches(name)) {
      problems.invalid(field, name, LABEL_MESSAGE);
    }
  }

  static void dns1035(String field, String name, Problems problems) {
    if (name.length() > LABEL_LENGTH) {
      problems.invalid(field, name, "must be no more than " + LABEL_LENGTH + " bytes");
    } else if (!DNS_1035.matches(name)) {
      problems.invalid(field, name, DNS_1035_MESSAGE);
    }
  }

  /// A map of labels: qualified names and values of at most 63 bytes.
  static void labels(String field, JsonNode labels, Problems problems) {
    for (Map.Entry<String, JsonNode> label : labels.properties()) {
      qualified(field, label.getKey(), problems);
      labelValue(field, label.getValue().asString(""), problems);
    }
  }

  static void labelValue(String field, String value, Problems problems) {
    if (value.length() > LABEL_LENGTH) {
      problems.invalid(field, value, "must be no more than " + LABEL_LENGTH + " bytes");
    } else if (!value.isEmpty() && !QUALIFIED.matches(value)) {
      problems.invalid(field, value, VALUE_MESSAGE);
    }
  }

  /// A qualified name: an optional subdomain, a slash, a name.
  static void qualified(String field, String key, Problems problems) {
    int slash = key.lastIndexOf('/');
    if (key.indexOf('/') != slash) {
      problems.invalid(
          field,
          key,
          "a qualified name must consist of alphanumeric characters, '-', '_' or '.', with an"
              + " optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
      return;
    }
    if (slash == 0) {
      problems.invalid(field, key, "prefix part must be non-empty");
    } else if (slash > 0 && !isSubdomain(key.substring(0, slash))) {
      problems.invalid(field, key, "prefix part " + SUBDOMAIN_MESSAGE);
    }
    String name = key.substring(slash + 1);
    if (name.isEmpty()) {
      problems.invalid(field, key, "name part must be non-empty");
    } else if (name.length() > LABEL_LENGTH) {
      problems.invalid(field, key, "name part must be no more than " + LABEL_LENGTH + " bytes");
    } else if (!QUALIFIED.matches(name)) {
      problems.invalid(field, key, QUALIFIED_MESSAGE);
    }
  }

  static void annotations(String field, JsonNode annotations, Problems problems) {
    long bytes = 0;
    for (Map.Entry<String, JsonNode> annotation : annotations.properties()) {
      qualified(field, annotation.getKey().toLowerCase(Locale.ROOT), problems);
      bytes += annotation.getKey().length() + annotation.getValue().asString("").length();
    }
    if (bytes > ANNOTATIONS_BYTES) {
      problems.tooLong(field, ANNOTATIONS_BYTES);
    }
  }
}
