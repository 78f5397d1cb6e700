package dev.mangru.logindex;

import dev.mangru.logindex.ingest.SeverityDetector;
import dev.mangru.model.log.LogRecord;
import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Decides which records are taken and in what shape. Pure: everything it needs is handed in.
///
/// Thread-safe.
final class RecordIntake {

  /// Attribute of a record whose line was cut: the bytes (UTF-8) that are missing.
  static final String TRUNCATED_BYTES = "truncated_bytes";

  /// Attribute of a record some of whose attributes were dropped: how many.
  static final String DROPPED_ATTRIBUTES = "dropped_attributes";

  static final String TOO_OLD = "too_old";
  static final String TOO_FAR_AHEAD = "too_far_ahead";
  static final String TOO_MANY_LABELS = "too_many_labels";
  static final String LABELS_TOO_LARGE = "labels_too_large";

  private final LogIndexOptions options;

  RecordIntake(LogIndexOptions options) {
    this.options = options;
  }

  /// What is to be stored.
  ///
  /// @param records in the order they came
  /// @param rejected how many were refused, by reason
  /// @param cut records whose line was cut
  record Taken(List<LogRecord> records, Map<String, Integer> rejected, int cut) {}

  Taken take(List<LogRecord> records, Instant now) {
    long nowNs = nanos(now);
    long oldestNs = nowNs - options.retention().toNanos();
    long newestNs = nowNs + options.acceptAhead().toNanos();
    List<LogRecord> taken = new ArrayList<>(records.size());
    Map<String, Integer> rejected = new HashMap<>();
    IdentityHashMap<Labels, String> streamVerdicts = new IdentityHashMap<>();
    int cut = 0;
    for (LogRecord record : records) {
      String verdict = streamVerdicts.computeIfAbsent(record.stream(), this::streamVerdict);
      if (record.timestampNs() < oldestNs) {
        verdict = TOO_OLD;
      } else if (record.timestampNs() > newestNs) {
        verdict = TOO_FAR_AHEAD;
      }
      if (verdict.isEmpty()) {
        LogRecord shaped = shape(record);
        taken.add(shaped);
        if (shaped.attributes().has(TRUNCATED_BYTES)) {
          cut++;
        }
      } else {
        rejected.merge(verdict, 1, Integer::sum);
      }
    }
    return new Taken(taken, rejected, cut);
  }

  /// The reasons in words: the limit, and the way out. They are the same from one batch to the
  /// next, so that a sender can log them once.
  Map<String, Integer> told(Map<String, Integer> rejected) {
    Map<String, Integer> told = new HashMap<>();
    rejected.forEach((reason, count) -> told.merge(words(reason), count, Integer::sum));
    return told;
  }

  private String words(String reason) {
    return switch (reason) {
      case TOO_OLD ->
          "older than "
              + spelled(options.retention())
              + ", the retention of logs; raise it, or leave such lines out";
      case TOO_FAR_AHEAD ->
          "more than "
              + spelled(options.acceptAhead())
              + " in the future; look at the sender's clock and at the unit of its times";
      case TOO_MANY_LABELS ->
          "more than "
              + options.records().maxStreamLabels()
              + " stream labels; send what varies as attributes";
      case LABELS_TOO_LARGE ->
          "stream labels of more than "
              + options.records().maxStreamLabelBytes()
              + " bytes; send long values as attributes";
      default -> throw new IllegalArgumentException(reason);
    };
  }

  private static String spelled(Duration time) {
    return time.compareTo(Duration.ofDays(2)) >= 0
        ? time.toDays() + " days"
        : time.toMinutes() + " minutes";
  }

  /// Nanoseconds since the epoch.
  static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  /// Empty if the stream is fine.
  private String streamVerdict(Labels stream) {
    if (stream.count() > options.records().maxStreamLabels()) {
      return TOO_MANY_LABELS;
    }
    return bytes(stream) > options.records().maxStreamLabelBytes() ? LABELS_TOO_LARGE : "";
  }

  private LogRecord shape(LogRecord record) {
    String line = wellFormed(record.line());
    Labels attributes = record.attributes();
    Labels shapedAttributes = attributes;
    int maxLineBytes = options.records().maxLineBytes();
    int lineBytes = line.length() * 3 <= maxLineBytes ? 0 : utf8Length(line);
    int dropped = 0;
    if (attributes.count() > options.records().maxAttributes()
        || bytes(attributes) > options.records().maxAttributeBytes()) {
      shapedAttributes = firstAttributes(attributes);
      dropped = attributes.count() - shapedAttributes.count();
    }
    if (lineBytes > maxLineBytes || dropped > 0) {
      Labels.Builder builder = shapedAttributes.toBuilder();
      if (lineBytes > maxLineBytes) {
        line = cut(line, maxLineBytes);
        builder.set(TRUNCATED_BYTES, Integer.toString(lineBytes - utf8Length(line)));
      }
      if (dropped > 0) {
        builder.set(DROPPED_ATTRIBUTES, Integer.toString(dropped));
      }
      shapedAttributes = builder.build();
    }
    Severity severity = record.severity();
    if (severity == Severity.UNKNOWN) {
      severity = SeverityDetector.detect(record.stream(), attributes, line);
    }
    return new LogRecord(record.timestampNs(), record.stream(), severity, line, shapedAttributes);
  }

  private Labels firstAttributes(Labels attributes) {
    Labels.Builder builder = Labels.builder();
    int room = options.records().maxAttributeBytes();
    int kept = 0;
    for (int i = 0; i < attributes.count() && kept < options.records().maxAttributes(); i++) {
      int size = utf8Length(attributes.name(i)) + utf8Length(attributes.value(i));
      if (size <= room) {
        builder.set(attributes.name(i), attributes.value(i));
        room -= size;
        kept++;
      }
    }
    return builder.build();
  }

  private static int bytes(Labels labels) {
    int bytes = 0;
    for (int i = 0; i < labels.count(); i++) {
      bytes += utf8Length(labels.name(i)) + utf8Length(labels.value(i));
    }
    return bytes;
  }

  /// The text with U+FFFD in place of each surrogate that has no partner: such a half has no UTF-8.
  static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.codePoints()
            .map(point -> point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
      }
    }
    return text;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// The longest beginning of `text` that has at most `maxBytes` bytes and ends between characters.
  private static String cut(String text, int maxBytes) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int end = maxBytes;
    while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
