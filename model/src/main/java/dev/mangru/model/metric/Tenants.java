package dev.mangru.model.metric;

import dev.mangru.model.error.MangruException;

/// Metrics of several tenants, each with a store and limits of its own. Thread-safe.
///
/// A tenant is named by 1 to 64 ASCII letters, digits, `-` and `_`.
public interface Tenants {

  /// Who asks without saying so. Its store is the one that Mangru's own parts use.
  String ANONYMOUS = "anonymous";

  /// Longest name, in characters. Chosen.
  int MAX_NAME_LENGTH = 64;

  /// The metrics of a tenant for writing; made if it has none.
  ///
  /// @throws MangruException `BAD_DATA` if that is no tenant's name; `OVERLOADED` if there are as
  ///   many tenants as there may be; `UNAVAILABLE` if its store cannot be opened
  TenantMetrics forWriting(String tenant);

  /// The metrics of a tenant for reading. Those of a tenant that has never written are empty, and
  /// nothing is made.
  ///
  /// @throws MangruException `BAD_DATA` if that is no tenant's name; `UNAVAILABLE` if its store
  ///   cannot be opened
  TenantMetrics forReading(String tenant);

  /// Checks a name.
  ///
  /// @return the name
  /// @throws MangruException `BAD_DATA` if it is none
  static String checked(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
      throw MangruException.badData(
          "a tenant's name has 1 to " + MAX_NAME_LENGTH + " characters, not " + name.length());
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_') {
        throw MangruException.badData(
            "a tenant's name is made of letters, digits, \"-\" and \"_\"; character "
                + (i + 1)
                + " is U+%04X".formatted((int) c));
      }
    }
    return name;
  }
}
