package dev.mangru.tsdb.peer;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Says in what two answers differ. Stateless.
///
/// Labels, times, kinds of results, texts of errors and annotations are compared exactly. Of two
/// numbers the digits are the same, or they differ by at most 1e-9 of the greater one: what
/// rounding in another mathematical library does.
public final class AnswerComparison {

  private static final double TOLERANCE = 1e-9;

  private AnswerComparison() {}

  /// How alike two answers are.
  ///
  /// @param difference empty if they are alike
  /// @param rounded whether some number differs in its last digits
  public record Outcome(String difference, boolean rounded) {}

  /// Compares two answers.
  ///
  /// @param ordered whether the order of the series counts
  public static Outcome compare(Answer ours, Answer theirs, boolean ordered) {
    if (ours.success() != theirs.success()) {
      return different("one succeeds and the other does not");
    }
    if (!ours.success()) {
      boolean same =
          ours.status() == theirs.status()
              && ours.errorType().equals(theirs.errorType())
              && ours.error().equals(theirs.error());
      return same ? new Outcome("", false) : different("errors");
    }
    if (!ours.resultType().equals(theirs.resultType())) {
      return different("type " + ours.resultType() + " and " + theirs.resultType());
    }
    String series = sameSeries(ours, theirs, ordered);
    if (!series.isEmpty()) {
      return different(series);
    }
    Map<Labels, Answer.Series> byLabels = new HashMap<>();
    theirs.series().forEach(one -> byLabels.put(one.labels(), one));
    boolean rounded = false;
    for (Answer.Series one : ours.series()) {
      Answer.Series other = byLabels.get(one.labels());
      if (other == null || one.points().size() != other.points().size()) {
        return different("number of points of " + one.labels());
      }
      for (int i = 0; i < one.points().size(); i++) {
        Answer.Point point = one.points().get(i);
        Answer.Point with = other.points().get(i);
        if (point.equals(with)) {
          continue;
        }
        if (!close(point, with)) {
          return different("point of " + one.labels() + ": " + point + " and " + with);
        }
        rounded = true;
      }
    }
    if (!sameAnnotations(ours.warnings(), theirs.warnings())) {
      return different("warnings");
    }
    if (!sameAnnotations(ours.infos(), theirs.infos())) {
      return different("infos");
    }
    return new Outcome("", rounded);
  }

  /// Whether both say the same. Which ones are shown when there are too many is up to chance, and
  /// the last line then says how many are not.
  private static boolean sameAnnotations(List<String> ours, List<String> theirs) {
    boolean tooMany = !ours.isEmpty() && ours.getLast().endsWith("annotations omitted");
    return tooMany
        ? !theirs.isEmpty() && ours.getLast().equals(theirs.getLast())
        : asSet(ours).equals(asSet(theirs));
  }

  private static Outcome different(String what) {
    return new Outcome(what, false);
  }

  private static Set<String> asSet(List<String> texts) {
    return new HashSet<>(texts);
  }

  private static String sameSeries(Answer ours, Answer theirs, boolean ordered) {
    List<Labels> own = labels(ours);
    List<Labels> others = labels(theirs);
    if (ordered || ours.resultType().equals("matrix")) {
      return own.equals(others) ? "" : "series, or their order";
    }
    own.sort(null);
    others.sort(null);
    if (own.equals(others)) {
      return "";
    }
    List<Labels> onlyOurs = new ArrayList<>(own);
    onlyOurs.removeAll(others);
    others.removeAll(own);
    return "only we have " + onlyOurs + ", only they have " + others;
  }

  private static List<Labels> labels(Answer answer) {
    List<Labels> labels = new ArrayList<>();
    answer.series().forEach(one -> labels.add(one.labels()));
    return labels;
  }

  private static boolean close(Answer.Point one, Answer.Point other) {
    if (one.timestampMs() != other.timestampMs() || one.parts().size() != other.parts().size()) {
      return false;
    }
    for (int i = 0; i < one.parts().size(); i++) {
      String left = one.parts().get(i);
      String right = other.parts().get(i);
      if (!left.equals(right) && !close(left, right)) {
        return false;
      }
    }
    return true;
  }

  private static boolean close(String left, String right) {
    double a;
    double b;
    try {
      a = Double.parseDouble(left);
      b = Double.parseDouble(right);
    } catch (NumberFormatException e) {
      return false; // strings, or an infinity or a histogram on one side
    }
    return a != b && Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }
}
