package dev.mangru.tsdb;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;

/// The limits on one series' labels.
final class LabelLimits {

  private LabelLimits() {}

  /// Refuses labels over a limit.
  ///
  /// @throws MangruException `BAD_DATA` naming the label, its size and the limit
  static void check(Labels labels, TsdbOptions options) {
    if (labels.isEmpty()) {
      throw MangruException.badData("a series must have at least one label");
    }
    if (labels.count() > options.maxLabels()) {
      throw MangruException.badData(
          "series "
              + shorten(labels.metricName())
              + " has "
              + labels.count()
              + " labels; the limit is "
              + options.maxLabels());
    }
    for (int i = 0; i < labels.count(); i++) {
      String name = labels.name(i);
      String value = labels.value(i);
      if (over(name, options.maxLabelNameBytes())) {
        throw tooLong(labels, "name of label " + shorten(name), name, options.maxLabelNameBytes());
      }
      if (over(value, options.maxLabelValueBytes())) {
        throw tooLong(
            labels, "value of label " + shorten(name), value, options.maxLabelValueBytes());
      }
    }
  }

  /// Refuses text that has no UTF-8 form, which only a caller in this process can make.
  ///
  /// @throws MangruException `BAD_DATA` naming the label
  static void checkEncodable(Labels labels) {
    for (int i = 0; i < labels.count(); i++) {
      if (utf8Length(labels.name(i)) < 0 || utf8Length(labels.value(i)) < 0) {
        throw MangruException.badData(
            "label "
                + shorten(labels.name(i))
                + " of series "
                + shorten(labels.metricName())
                + " is not valid Unicode: it has half of a surrogate pair");
      }
    }
  }

  private static boolean over(String text, int limit) {
    int length = text.length();
    if (length * 3L <= limit) {
      return false; // three bytes are the most that one char can take
    }
    return length > limit || utf8Length(text) > limit;
  }

  /// Bytes of the UTF-8 form, or -1 if there is none.
  private static int utf8Length(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes++;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        return -1;
      }
    }
    return bytes;
  }

  private static MangruException tooLong(Labels labels, String what, String text, int limit) {
    return MangruException.badData(
        "the "
            + what
            + " of series "
            + shorten(labels.metricName())
            + " has "
            + utf8Length(text)
            + " bytes; the limit is "
            + limit);
  }

  /// At most 64 characters in quotes, for a message.
  static String shorten(String text) {
    return text.length() <= 64
        ? '"' + text + '"'
        : '"' + text.substring(0, 60) + "…\" (" + text.length() + " characters)";
  }
}
