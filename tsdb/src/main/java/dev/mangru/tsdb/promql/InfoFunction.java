package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// `info(v, {selector})`: adds the labels of info metrics about the same target. Confined to the
/// query's thread.
final class InfoFunction {

  private static final List<String> IDENTIFYING = List.of("instance", "job");
  private static final String TARGET_INFO = "target_info";

  private final QueryContext context;
  private final Evaluator evaluator;

  InfoFunction(QueryContext context, Evaluator evaluator) {
    this.context = context;
    this.evaluator = evaluator;
  }

  /// What the second argument asks for.
  private record Wish(List<LabelMatcher> names, Map<String, List<LabelMatcher>> labels) {

    boolean isInfo(Labels labels) {
      return names.stream().allMatch(matcher -> matcher.matches(labels.metricName()));
    }

    boolean selects(Labels info) {
      return labels.values().stream()
          .flatMap(List::stream)
          .allMatch(matcher -> matcher.matches(info.get(matcher.name())));
    }

    boolean acceptsNothing() {
      return labels.values().stream().flatMap(List::stream).allMatch(LabelMatcher::matchesEmpty);
    }
  }

  /// An info series, with the times of its samples in seconds at each step.
  private record InfoSeries(Labels labels, StepSeries times) {}

  Evaluated evaluate(Expr.Call call, Steps steps) {
    Expr argument = call.arguments().getFirst();
    List<StepSeries> base = evaluator.vectors(argument, steps).series();
    Wish wish = wish(call);
    Map<Labels, List<InfoSeries>> infos = readInfos(argument, wish, steps);
    Map<Labels, StepSeries> result = new LinkedHashMap<>();
    for (StepSeries series : base) {
      if (wish.isInfo(series.labels())) {
        add(result, series);
        continue;
      }
      List<InfoSeries> candidates =
          infos.getOrDefault(series.labels().keep(IDENTIFYING), List.of());
      Map<Labels, StepSeries> pieces = new LinkedHashMap<>();
      for (int i = 0; i < steps.count(); i++) {
        if (series.present(i)) {
          Labels labels = enriched(series.labels(), candidates, wish, i);
          if (labels != null) {
            StepSeries piece = pieces.computeIfAbsent(labels, key -> empty(key, series, steps));
            copy(series, piece, i);
          }
          context.budget().work(4 + candidates.size());
        }
      }
      pieces.values().forEach(piece -> add(result, piece));
    }
    Evaluated.Vectors enriched = new Evaluated.Vectors(new ArrayList<>(result.values()));
    for (StepSeries series : enriched.series()) {
      context.budget().hold(StepSeries.weight(series.histograms()));
    }
    return enriched;
  }

  private StepSeries empty(Labels labels, StepSeries like, Steps steps) {
    context.budget().holdLabels();
    return new StepSeries(
        labels,
        like.dropName(),
        evaluator.allocate(steps),
        like.histograms() == null ? null : new @Nullable FloatHistogram[steps.count()]);
  }

  private static void copy(StepSeries from, StepSeries to, int step) {
    to.values()[step] = from.values()[step];
    @Nullable FloatHistogram[] histograms = to.histograms();
    if (histograms != null) {
      histograms[step] = from.histogram(step);
    }
  }

  private static void add(Map<Labels, StepSeries> result, StepSeries series) {
    result.merge(series.labels(), series, Evaluator::union);
  }

  private static Wish wish(Expr.Call call) {
    List<LabelMatcher> names = new ArrayList<>();
    Map<String, List<LabelMatcher>> labels = new LinkedHashMap<>();
    if (call.arguments().size() > 1
        && StepInvariance.unwrap(call.arguments().get(1)) instanceof Expr.VectorSelector selector) {
      for (LabelMatcher matcher : selector.matchers()) {
        if (matcher.name().equals(Labels.METRIC_NAME)) {
          names.add(matcher);
        } else {
          labels.computeIfAbsent(matcher.name(), _ -> new ArrayList<>()).add(matcher);
        }
      }
    }
    if (names.isEmpty()) {
      names.add(LabelMatcher.equal(Labels.METRIC_NAME, TARGET_INFO));
    } else if (names.stream().allMatch(InfoFunction::isNegative)) {
      names.add(LabelMatcher.of(LabelMatcher.Operator.REGEX, Labels.METRIC_NAME, ".+_info"));
    }
    return new Wish(names, labels);
  }

  private static boolean isNegative(LabelMatcher matcher) {
    return switch (matcher.operator()) {
      case NOT_EQUAL, NOT_REGEX -> true;
      case EQUAL, REGEX -> false;
    };
  }

  private Map<Labels, List<InfoSeries>> readInfos(Expr argument, Wish wish, Steps steps) {
    Expr.VectorSelector selector =
        new Expr.VectorSelector(
            "", wish.names(), time(argument), Expr.Extension.NONE, argument.position());
    Map<Labels, List<InfoSeries>> infos = new HashMap<>();
    for (StepSeries times : evaluator.instant(selector, steps, true).series()) {
      if (wish.selects(times.labels())) {
        infos
            .computeIfAbsent(times.labels().keep(IDENTIFYING), _ -> new ArrayList<>())
            .add(new InfoSeries(times.labels(), times));
      }
    }
    return infos;
  }

  /// When the first selector in `argument` reads: an inner `@` wins over an outer one, and offsets
  /// add up from there on.
  private Expr.TimeModifiers time(Expr argument) {
    List<Expr.TimeModifiers> path = new ArrayList<>();
    findSelector(argument, path);
    Expr.At at = null;
    long offset = 0;
    for (Expr.TimeModifiers modifiers : path) {
      if (modifiers.at() != null) {
        at = modifiers.at();
        offset = 0;
      }
      offset += context.offset(modifiers);
    }
    return new Expr.TimeModifiers(new Expr.Span.Fixed(offset), at);
  }

  /// Gathers the modifiers on the way to the first selector; false if there is none.
  private static boolean findSelector(Expr expression, List<Expr.TimeModifiers> path) {
    return switch (expression) {
      case Expr.VectorSelector selector -> path.add(selector.time());
      case Expr.MatrixSelector matrix -> path.add(matrix.selector().time());
      case Expr.Paren paren -> findSelector(paren.inner(), path);
      case Expr.Unary unary -> findSelector(unary.inner(), path);
      case Expr.Aggregate aggregate -> findSelector(aggregate.inner(), path);
      case Expr.Subquery subquery -> {
        path.add(subquery.time());
        boolean found = findSelector(subquery.inner(), path);
        if (!found) {
          path.removeLast();
        }
        yield found;
      }
      case Expr.Binary binary ->
          findSelector(binary.left(), path) || findSelector(binary.right(), path);
      case Expr.Call call -> {
        boolean found = false;
        for (Expr argument : call.arguments()) {
          found = found || findSelector(argument, path);
        }
        yield found;
      }
      case Expr.NumberLiteral _, Expr.StringLiteral _ -> false;
    };
  }

  /// The element's labels with those of its info series; null if it is to be dropped.
  private static @Nullable Labels enriched(
      Labels own, List<InfoSeries> candidates, Wish wish, int step) {
    Map<String, InfoSeries> newest = new LinkedHashMap<>();
    for (InfoSeries candidate : candidates) {
      if (candidate.times().present(step)) {
        newest.merge(candidate.labels().metricName(), candidate, (a, b) -> newer(a, b, step));
      }
    }
    if (newest.isEmpty() && !wish.acceptsNothing()) {
      return null;
    }
    Map<String, String> added = new HashMap<>();
    Set<String> wanted = new HashSet<>(wish.labels().keySet());
    for (InfoSeries info : newest.values()) {
      for (Label label : info.labels()) {
        boolean taken =
            !label.name().equals(Labels.METRIC_NAME)
                && (wanted.isEmpty() || wanted.contains(label.name()))
                && !own.has(label.name());
        if (taken) {
          String before = added.putIfAbsent(label.name(), label.value());
          if (before != null && !before.equals(label.value())) {
            throw QueryContext.execution("conflicting label: " + label.name());
          }
        }
      }
    }
    Labels.Builder builder = own.toBuilder();
    for (String name : new TreeSet<>(added.keySet())) {
      builder.set(name, added.getOrDefault(name, ""));
    }
    return builder.build();
  }

  private static InfoSeries newer(InfoSeries a, InfoSeries b, int step) {
    double timeA = a.times().values()[step];
    double timeB = b.times().values()[step];
    if (timeA == timeB) {
      throw QueryContext.execution(
          "found duplicate series for info metric: existing "
              + a.labels()
              + " @ "
              + Math.round(timeA * 1000)
              + ", new "
              + b.labels()
              + " @ "
              + Math.round(timeB * 1000));
    }
    return timeA > timeB ? a : b;
  }
}
