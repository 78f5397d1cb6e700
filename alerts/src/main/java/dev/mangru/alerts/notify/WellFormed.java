package dev.mangru.alerts.notify;

import dev.mangru.model.alert.AlertSink.Posted;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;

/// Makes text that can be written as UTF-8: half of a surrogate pair, which a JSON escape or a
/// template that cuts text may leave behind, would keep the journal and every message of its group
/// from being written. Go's replacement character stands in for it.
final class WellFormed {

  private static final char REPLACEMENT = '\uFFFD';

  private WellFormed() {}

  static Posted of(Posted alert) {
    if (isFine(alert.labels()) && isFine(alert.annotations()) && isFine(alert.generatorUrl())) {
      return alert;
    }
    return new Posted(
        of(alert.labels()),
        of(alert.annotations()),
        alert.startsAt(),
        alert.endsAt(),
        of(alert.generatorUrl()));
  }

  private static Labels of(Labels labels) {
    Labels.Builder builder = Labels.builder();
    labels.forEach(label -> builder.set(of(label.name()), of(label.value())));
    return builder.build();
  }

  private static boolean isFine(Labels labels) {
    for (Label label : labels) {
      if (!isFine(label.name()) || !isFine(label.value())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFine(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return text.equals(of(text));
      }
    }
    return true;
  }

  private static String of(String text) {
    StringBuilder made = new StringBuilder(text.length());
    text.codePoints()
        .forEach(point ->
            made.appendCodePoint(
                point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
                    ? REPLACEMENT
                    : point));
    return made.toString();
  }
}
