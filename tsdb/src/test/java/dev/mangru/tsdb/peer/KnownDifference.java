package dev.mangru.tsdb.peer;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where our answers are meant to differ from those of Prometheus 3.5, and why: mostly because the
/// language has gone on since. Whoever adds a line has looked at both answers and at the
/// specification.
///
/// A line says what the answers are without the difference, so that whatever else differs is still
/// seen; only where values follow from it does it accept both as they are.
enum KnownDifference {
  /// Newer versions say so; 3.5 does not.
  SORT_IN_RANGE("the warning that sort is ineffective in a range query is newer") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.mapOurs(answer ->
          withAnnotations(answer, text -> text.contains("sort is ineffective") ? "" : text));
    }
  },
  /// `of "bad" for metric name ""` in 3.5; newer versions leave out a name that is not there.
  EMPTY_METRIC_NAME("annotations name no metric where it has no name") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.mapTheirs(
          answer -> withAnnotations(answer, text -> text.replace(" for metric name \"\"", "")));
    }
  },
  /// Newer versions tell the buckets, the difference and the times; 3.5 the name of the metric
  /// only, which it does not know at times.
  MONOTONICITY_DETAILS("what was fixed for monotonicity is told in full since later") {
    private static final String FIXED = "needed to be fixed for monotonicity";

    @Override
    @Nullable Pair without(Pair pair) {
      boolean both = tells(pair.ours) && tells(pair.theirs);
      return both
          ? pair.map(answer -> withAnnotations(answer, text -> text.contains(FIXED) ? "" : text))
          : pair;
    }

    private static boolean tells(Answer answer) {
      return answer.infos().stream().anyMatch(text -> text.contains(FIXED));
    }
  },
  /// Newer versions look for several elements with one partner before a comparison filters them.
  PARTNERS_BEFORE_FILTERS("elements that share a partner are found before filtering since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.theirs.success()
              && pair.ours.error().startsWith("multiple matches for labels: many-to-one")
          ? null
          : pair;
    }
  },
  /// 3.5 looks for the sample at the time of the step, not at that of `@`.
  TIMESTAMP_AT("timestamp of a selector with @ looks at that time since later") {
    private static final Pattern AT = Pattern.compile("timestamp\\(.*@");

    @Override
    @Nullable Pair without(Pair pair) {
      return AT.matcher(pair.query).find() && pair.theirs.success() ? null : pair;
    }
  },
  /// `Ratio value NaN is NaN` in 3.5.
  RATIO_OF_NAN("that a ratio is NaN is said once since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.mapTheirs(answer ->
          withError(answer, answer.error().replace("Ratio value NaN is", "Ratio value is")));
    }
  },
  /// Go's mathematical functions and Java's differ in the last digits, which are labels here.
  DIGITS_AS_LABELS("values that differ in the last digits become labels that differ") {
    private static final Pattern FUNCTIONS =
        Pattern.compile("(exp|ln|log|sin|cos|tan|\\^|atan2|histogram_)");

    @Override
    @Nullable Pair without(Pair pair) {
      boolean counts = pair.query.contains("count_values");
      return counts && FUNCTIONS.matcher(pair.query).find() && pair.theirs.success() ? null : pair;
    }
  },
  /// A string in parentheses cannot be evaluated by 3.5.
  STRING_IN_PARENTHESES("a string in parentheses is a string") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.theirs.error().startsWith("unexpected result in StepInvariantExpr") ? null : pair;
    }
  },
  /// What a counter histogram grew before its first sample cannot be more than it holds; 3.5 knows
  /// that of floats only, and so its increases are greater by a factor.
  HISTOGRAMS_BEGIN_AT_ZERO("increases of histograms do not reach below zero since later") {
    private static final Pattern INCREASE = Pattern.compile("(rate|increase)\\(");

    @Override
    @Nullable Pair without(Pair pair) {
      return INCREASE.matcher(pair.query).find() && isGreater(pair.theirs, pair.ours) ? null : pair;
    }
  },
  /// Newer versions sort both series. In 3.5 their order depends on which came first, and where
  /// classic histograms are involved on chance.
  ORDER_OF_DUPLICATES("the two series of a many-to-many error are sorted since later") {
    private static final Pattern BOTH =
        Pattern.compile("group \\{.*\\} on the .* \\[\\{.*\\}, \\{.*\\}\\];many");

    @Override
    @Nullable Pair without(Pair pair) {
      return pair.map(
          answer -> withError(answer, BOTH.matcher(answer.error()).replaceFirst("group ...;many")));
    }
  },
  /// `step()` and `range()` are newer than 3.5.
  OFFSET_MAY_BE_COMPUTED("offsets may be step() or range() since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.mapOurs(answer ->
          withError(
              answer,
              answer
                  .error()
                  .replace("number, duration, step(), or range()", "number or duration")));
    }
  },
  /// Newer versions warn once of the greatest and once of the least; 3.5 at every step.
  PARAMETER_OF_EACH_STEP("a parameter out of range is told once for all steps since later") {
    private static final Pattern OUT_OF_RANGE =
        Pattern.compile("(ratio|quantile) value should be between");

    @Override
    @Nullable Pair without(Pair pair) {
      boolean both = tells(pair.ours) && tells(pair.theirs);
      return both
          ? pair.map(answer ->
              withAnnotations(answer, text -> OUT_OF_RANGE.matcher(text).find() ? "" : text))
          : pair;
    }

    private static boolean tells(Answer answer) {
      return answer.warnings().stream().anyMatch(text -> OUT_OF_RANGE.matcher(text).find());
    }
  },
  /// The order of what `histogram_quantile` gives is that of a Go map, so any may be picked.
  PICKED_BY_CHANCE("which of equal elements are picked depends on chance in Prometheus") {
    private static final Pattern PICKS =
        Pattern.compile("(limitk|limit_ratio|topk|bottomk).*(histogram_|latency|count_values)");

    @Override
    @Nullable Pair without(Pair pair) {
      return PICKS.matcher(pair.query).find() && pair.theirs.success() && pair.ours.success()
          ? null
          : pair;
    }
  },
  /// Where a name is removed at the end, 3.5 forgets it in comparisons of two vectors and in
  /// last_over_time of a subquery.
  NAME_FORGOTTEN("that a name is to go is forgotten at times by 3.5") {
    @Override
    @Nullable Pair without(Pair pair) {
      return names(pair.theirs) > names(pair.ours) ? pair.map(KnownDifference::nameless) : pair;
    }
  },
  /// 3.5 looks at k once there is an element.
  PARAMETER_FIRST("a parameter that cannot be is refused even without elements since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      String error = pair.ours.error();
      boolean parameter = error.startsWith("Scalar value") || error.endsWith("value is NaN");
      return parameter && pair.theirs.success() ? null : pair;
    }
  },
  /// In 3.5 whatever follows the parentheses of an offset belongs to its arithmetic.
  OFFSET_TAKES_WHAT_FOLLOWS("an offset in parentheses ends with them since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      boolean parenthesized = pair.query.contains("offset (") || pair.query.contains("offset -(");
      return parenthesized && pair.theirs.error().endsWith("in offset, expected number or duration")
          ? null
          : pair;
    }
  },
  /// 3.5 looks for the first letters of `step` and `range` only.
  WORDS_IN_BRACKETS("what is no number in brackets is told otherwise since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.theirs.error().contains("unexpected colon") && pair.ours.status() == 400
          ? null
          : pair;
    }
  },
  /// 3.5 interpolates between minus infinity and the first bound, which gives NaN.
  FRACTION_OF_INFINITE_BUCKET("nothing is interpolated in a bucket without end since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.query.contains("histogram_fraction(") && hasNan(pair.theirs) ? null : pair;
    }
  },
  /// Go converts what is no 64-bit integer to one that depends on the processor.
  DATES_OF_NO_TIME("dates of NaN, infinities and the like are NaN, not those of a random time") {
    private static final Pattern DATES =
        Pattern.compile("(year|month|day_of_.*|days_in_month|hour|minute)\\(");

    @Override
    @Nullable Pair without(Pair pair) {
      return DATES.matcher(pair.query).find() && hasNoTime(pair.theirs) ? null : pair;
    }
  },
  /// 3.5 forgets in `info` that a name is to go, and leaves out elements that are info series.
  INFO("info() keeps to names and passes info series since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      return pair.query.contains("info(") && pair.ours.success() && pair.theirs.success()
          ? null
          : pair;
    }
  },
  /// 3.5 shows the number that its generated parser has for `@`.
  NAME_OF_AT("the token @ has no readable name in errors of 3.5") {
    private static final Pattern ITEM = Pattern.compile("\"<Item [0-9]+>\" <op:@>");

    @Override
    @Nullable Pair without(Pair pair) {
      return pair.mapTheirs(
          answer -> withError(answer, ITEM.matcher(answer.error()).replaceFirst("<op:@>")));
    }
  },
  /// Newer versions keep the bounds that both have; 3.5 gives no result and a warning.
  CUSTOM_BOUNDS_RECONCILED("histograms with different custom bounds are added since later") {
    @Override
    @Nullable Pair without(Pair pair) {
      boolean told = warns(pair.theirs.warnings()) || warns(pair.theirs.infos());
      boolean reconciled =
          pair.ours.infos().stream().anyMatch(text -> text.contains("were reconciled"));
      boolean resets = pair.query.contains("bounds_change") && pair.theirs.success();
      return (told && reconciled) || resets ? null : pair;
    }

    private static boolean warns(List<String> annotations) {
      return annotations.stream()
          .anyMatch(text ->
              text.contains("incompatible custom buckets")
                  || text.contains("incompatible bucket layout"));
    }
  },
  /// Where a zero bucket grows while buckets are merged, 3.5 counts observations twice: there are
  /// more in its buckets than in all.
  COUNTED_TWICE("3.5 counts observations twice when zero buckets and schemas both differ") {
    @Override
    @Nullable Pair without(Pair pair) {
      return tooMany(pair.theirs) && !tooMany(pair.ours) ? null : pair;
    }
  };

  private final String reason;

  KnownDifference(String reason) {
    this.reason = reason;
  }

  /// Why it is meant.
  String reason() {
    return reason;
  }

  /// Two answers to one question.
  record Pair(String query, Answer ours, Answer theirs) {
    Pair map(UnaryOperator<Answer> change) {
      return mapOurs(change).mapTheirs(change);
    }

    Pair mapOurs(UnaryOperator<Answer> change) {
      return new Pair(query, change.apply(ours), theirs);
    }

    Pair mapTheirs(UnaryOperator<Answer> change) {
      return new Pair(query, ours, change.apply(theirs));
    }
  }

  /// The answers as they would be without this difference; null if nothing more can be said of
  /// them.
  abstract @Nullable Pair without(Pair pair);

  /// The differences that explain why the answers are not alike; empty if they do not.
  static List<KnownDifference> explaining(
      String query, Answer ours, Answer theirs, boolean ordered) {
    Pair pair = new Pair(query, ours, theirs);
    List<KnownDifference> used = new ArrayList<>();
    for (KnownDifference one : values()) {
      Pair next = one.without(pair);
      if (next == null) {
        return List.of(one);
      }
      if (!next.equals(pair)) {
        used.add(one);
        pair = next;
      }
    }
    boolean alike =
        AnswerComparison.compare(pair.ours, pair.theirs, ordered).difference().isEmpty();
    return alike ? used : List.of();
  }

  private static Answer withAnnotations(Answer answer, UnaryOperator<String> change) {
    BiFunction<List<String>, UnaryOperator<String>, List<String>> all =
        (texts, each) -> texts.stream().map(each).filter(text -> !text.isEmpty()).toList();
    return new Answer(
        answer.status(),
        answer.errorType(),
        answer.error(),
        answer.resultType(),
        answer.series(),
        all.apply(answer.warnings(), change),
        all.apply(answer.infos(), change));
  }

  private static Answer withError(Answer answer, String error) {
    return new Answer(
        answer.status(),
        answer.errorType(),
        error,
        answer.resultType(),
        answer.series(),
        answer.warnings(),
        answer.infos());
  }

  /// Whether the buckets of a histogram hold more than it counts.
  private static boolean tooMany(Answer answer) {
    for (Answer.Series series : answer.series()) {
      for (Answer.Point point : series.points()) {
        if (point.parts().size() > 3 && point.parts().getFirst().equals("H")) {
          double count = Math.abs(number(point.parts().get(1)));
          double held = 0;
          for (int i = 6; i < point.parts().size(); i += 4) {
            held += Math.abs(number(point.parts().get(i)));
          }
          if (held > count * (1 + 1e-9)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static long names(Answer answer) {
    return answer.series().stream()
        .filter(series -> !series.labels().metricName().isEmpty())
        .count();
  }

  private static Answer nameless(Answer answer) {
    return new Answer(
        answer.status(),
        answer.errorType(),
        answer.error(),
        answer.resultType(),
        answer.series().stream()
            .map(one -> new Answer.Series(one.labels().withoutMetricName(), one.points()))
            .sorted(Comparator.comparing(Answer.Series::labels))
            .toList(),
        answer.warnings(),
        answer.infos());
  }

  /// Whether there is a number that the calendar gives for the least integer of 64 bits, or NaN.
  private static boolean hasNoTime(Answer answer) {
    Set<String> telling = Set.of("292277026596", "339", "4", "31", "12", "15", "30", "0", "NaN");
    return answer.series().stream()
        .flatMap(series -> series.points().stream())
        .anyMatch(point -> telling.contains(point.parts().getFirst()));
  }

  private static boolean hasNan(Answer answer) {
    return answer.series().stream()
        .flatMap(series -> series.points().stream())
        .anyMatch(point -> point.parts().contains("NaN"));
  }

  /// Whether all numbers of points that differ are greater by up to a half.
  private static boolean isGreater(Answer greater, Answer smaller) {
    if (greater.series().size() != smaller.series().size()) {
      return false;
    }
    Map<Labels, Answer.Series> others = new HashMap<>();
    smaller.series().forEach(one -> others.put(one.labels(), one));
    for (Answer.Series one : greater.series()) {
      Answer.Series other = others.get(one.labels());
      if (other == null || other.points().size() != one.points().size()) {
        return false;
      }
      for (int i = 0; i < one.points().size(); i++) {
        if (!isGreater(one.points().get(i).parts(), other.points().get(i).parts())) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isGreater(List<String> greater, List<String> smaller) {
    if (greater.size() != smaller.size()) {
      return false;
    }
    for (int i = 0; i < greater.size(); i++) {
      if (!greater.get(i).equals(smaller.get(i))) {
        double ratio = number(greater.get(i)) / number(smaller.get(i));
        if (!(ratio >= 1 - 1e-9 && ratio <= 1.5)) {
          return false;
        }
      }
    }
    return true;
  }

  private static double number(String text) {
    return Double.parseDouble(text.replace("Inf", "Infinity"));
  }
}
