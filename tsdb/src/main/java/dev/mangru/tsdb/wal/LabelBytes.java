package dev.mangru.tsdb.wal;

import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.codec.ByteReader;
import dev.mangru.tsdb.codec.ByteWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The labels of a series against those of the series defined before it: the series of one target
/// share most of theirs. Pure functions.
///
/// ```
/// labels = count varint, then until there are so many:
///   0 + 4 n        the next n + 1 labels of the one before
///   1              the name of its next label with another value: value text
///   2 + 4 n        its next n + 1 labels are left out
///   3              a label of its own: name text, value text
/// ```
final class LabelBytes {

  private static final int COPY = 0;
  private static final int VALUE = 1;
  private static final int SKIP = 2;
  private static final int OWN = 3;

  private LabelBytes() {}

  static void write(@Nullable Labels before, Labels labels, ByteWriter out) {
    int count = labels.count();
    int countBefore = before == null ? 0 : before.count();
    out.varint(count);
    int at = 0;
    for (int i = 0; i < count; ) {
      if (before == null || at == countBefore) {
        out.u8(OWN).text(labels.name(i)).text(labels.value(i));
        i++;
        continue;
      }
      int order = compare(before.name(at), labels.name(i));
      if (order > 0) {
        out.u8(OWN).text(labels.name(i)).text(labels.value(i));
        i++;
      } else if (order < 0) {
        int skipped = 1;
        while (at + skipped < countBefore
            && compare(before.name(at + skipped), labels.name(i)) < 0) {
          skipped++;
        }
        out.varint(SKIP + 4L * (skipped - 1));
        at += skipped;
      } else if (before.value(at).equals(labels.value(i))) {
        int same = 1;
        while (i + same < count
            && at + same < countBefore
            && before.name(at + same).equals(labels.name(i + same))
            && before.value(at + same).equals(labels.value(i + same))) {
          same++;
        }
        out.varint(COPY + 4L * (same - 1));
        i += same;
        at += same;
      } else {
        out.u8(VALUE).text(labels.value(i));
        i++;
        at++;
      }
    }
  }

  private static int compare(String left, String right) {
    return left.equals(right) ? 0 : Labels.compareUtf8(left, right);
  }

  /// @param limit most labels that are believed
  static Labels read(@Nullable Labels before, ByteReader in, int limit)
      throws CorruptDataException {
    long count = in.varint();
    if (count < 0 || count > limit) {
      throw in.corrupt("at most " + limit + " labels", String.valueOf(count));
    }
    String[] pairs = new String[(int) count * 2];
    int length = 0;
    int at = 0;
    int countBefore = before == null ? 0 : before.count();
    while (length < pairs.length) {
      long code = in.varint();
      int kind = (int) code & 3;
      long run = (code >>> 2) + 1;
      if (kind != OWN && (before == null || run < 1 || run > countBefore - at)) {
        throw in.corrupt("labels of the series before", "none left");
      }
      switch (kind) {
        case COPY -> {
          if (run > (pairs.length - length) / 2) {
            throw in.corrupt(count + " labels", "more");
          }
          for (int i = 0; i < run && before != null; i++, at++) {
            pairs[length++] = before.name(at);
            pairs[length++] = before.value(at);
          }
        }
        case VALUE -> {
          pairs[length++] = before == null ? "" : before.name(at++);
          pairs[length++] = in.text();
        }
        case SKIP -> at += (int) run;
        default -> {
          pairs[length++] = in.text();
          pairs[length++] = in.text();
        }
      }
    }
    for (int i = 2; i < length; i += 2) {
      if (Labels.compareUtf8(pairs[i - 2], pairs[i]) >= 0) {
        throw in.corrupt("labels sorted by name", Arrays.toString(pairs));
      }
    }
    return Labels.ofSortedPairs(pairs);
  }
}
