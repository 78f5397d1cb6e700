package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How a request body is compressed: the values of `Content-Encoding` that are understood.
public enum ContentCoding {
  /// As it is.
  IDENTITY,
  /// Snappy's block format, as remote write and Loki push use it.
  SNAPPY,
  /// RFC 8878.
  ZSTD,
  /// RFC 1952.
  GZIP;

  /// The coding that a header names.
  ///
  /// @param header the value of `Content-Encoding`; null where there is none
  /// @param absent what a missing header means
  /// @throws MangruException `UNSUPPORTED_MEDIA_TYPE` for any other than `accepted`
  public static ContentCoding of(
      @Nullable String header, ContentCoding absent, Set<ContentCoding> accepted) {
    ContentCoding coding =
        header == null || header.isBlank()
            ? absent
            : switch (header.strip().toLowerCase(Locale.ROOT)) {
              case "identity" -> IDENTITY;
              case "snappy" -> SNAPPY;
              case "zstd" -> ZSTD;
              case "gzip", "x-gzip" -> GZIP;
              default -> throw unsupported(header, accepted);
            };
    if (!accepted.contains(coding)) {
      throw unsupported(coding.label(), accepted);
    }
    return coding;
  }

  /// As the header writes it.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static MangruException unsupported(String header, Set<ContentCoding> accepted) {
    return new MangruException(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "Content-Encoding \""
            + header
            + "\" is not understood here; send one of: "
            + accepted.stream()
                .map(ContentCoding::label)
                .sorted()
                .collect(Collectors.joining(", ")));
  }
}
