package dev.mangru.server.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A `Content-Type`, as far as endpoints look at it.
///
/// @param name type and subtype in lower case, empty where there is no header
/// @param proto the parameter `proto`, which remote write uses; empty where there is none
public record MediaType(String name, String proto) {

  /// Reads a header; never fails, since an odd value is simply none that anyone accepts.
  public static MediaType of(@Nullable String header) {
    if (header == null) {
      return new MediaType("", "");
    }
    String[] parts = header.split(";", -1);
    String proto = "";
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0 && parts[i].substring(0, equals).strip().equalsIgnoreCase("proto")) {
        proto = parts[i].substring(equals + 1).strip().replace("\"", "");
      }
    }
    return new MediaType(parts[0].strip().toLowerCase(Locale.ROOT), proto);
  }
}
