package dev.mangru.tsdb.peer;

import dev.mangru.model.metric.MetricQuery;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Asks both engines seeded queries and keeps count. Confined to one thread.
final class SideBySide {

  /// One query and its times.
  ///
  /// @param stepMs 0 for an instant query
  record Question(String query, long startMs, long endMs, long stepMs) {
    Question with(String other) {
      return new Question(other, startMs, endMs, stepMs);
    }

    @Override
    public String toString() {
      return stepMs == 0
          ? query + "\n    at " + startMs
          : query + "\n    from " + startMs + " to " + endMs + " step " + stepMs;
    }
  }

  private final PrometheusPeer peer;
  private final MetricQuery engine;
  private final PromqlOptions options;
  private final Map<String, Integer> known = new TreeMap<>();
  private final List<String> unexplained = new ArrayList<>();
  private int asked;
  private int equal;
  private int rounded;
  private int explained;

  SideBySide(PrometheusPeer peer, MetricQuery engine, PromqlOptions options) {
    this.peer = peer;
    this.engine = engine;
    this.options = options;
  }

  /// The question of a seed.
  Question question(long seed) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    random.nextInt();
    String query =
        new QueryMaker(random, options.features().contains(PromqlFeature.EXPERIMENTAL_FUNCTIONS))
            .query();
    long start = AdversarialSeries.START - 60_000 + 1000L * random.nextInt(3700);
    if (random.nextInt(4) == 0) {
      start += random.nextInt(1000);
    } else if (random.nextInt(3) == 0) {
      start -= start % 60_000;
    }
    if (random.nextInt(5) < 3) {
      return new Question(query, start, start, 0);
    }
    long[] steps = {15_000, 60_000, 37_000, 300_000, 1000, 61_001};
    long step = steps[random.nextInt(steps.length)];
    return new Question(query, start, start + step * random.nextInt(30) + random.nextInt(2), step);
  }

  /// Asks the question of a seed.
  void ask(long seed) throws IOException {
    Question question = question(seed);
    asked++;
    Answer ours = ours(question);
    Answer theirs = theirs(question);
    AnswerComparison.Outcome outcome = compare(question, ours, theirs);
    if (outcome.difference().isEmpty()) {
      equal++;
      rounded += outcome.rounded() ? 1 : 0;
      return;
    }
    List<KnownDifference> reasons =
        KnownDifference.explaining(question.query(), ours, theirs, ordered(question.query()));
    if (!reasons.isEmpty()) {
      explained++;
      reasons.forEach(reason -> known.merge(reason.name(), 1, Integer::sum));
      return;
    }
    unexplained.add(
        "seed "
            + seed
            + ": "
            + outcome.difference()
            + "\n  "
            + question
            + "\n  shrunk: "
            + shrunk(question)
            + "\n"
            + both(question, ours, theirs));
  }

  private AnswerComparison.Outcome compare(Question question, Answer ours, Answer theirs) {
    return AnswerComparison.compare(ours, theirs, ordered(question.query()));
  }

  /// Whether the outermost operation gives an order to an instant vector.
  private static boolean ordered(String query) {
    return query.startsWith("sort") || query.startsWith("topk") || query.startsWith("bottomk");
  }

  Answer ours(Question question) {
    MetricQuery.Options limits = MetricQuery.Options.defaults();
    return Answer.of(() ->
        question.stepMs() == 0
            ? engine.instant(question.query(), question.startMs(), limits)
            : engine.range(
                question.query(), question.startMs(), question.endMs(), question.stepMs(), limits));
  }

  Answer theirs(Question question) throws IOException {
    return question.stepMs() == 0
        ? peer.instant(question.query(), question.startMs())
        : peer.range(question.query(), question.startMs(), question.endMs(), question.stepMs());
  }

  /// The shortest part of the query that the engines answer differently on its own.
  private String shrunk(Question question) throws IOException {
    List<Expr> nodes = new ArrayList<>();
    PromqlParser.tryParse(question.query(), options).expression().ifPresent(e -> collect(e, nodes));
    nodes.sort(Comparator.comparingInt(node -> node.position().end() - node.position().start()));
    for (Expr node : nodes) {
      String part = question.query().substring(node.position().start(), node.position().end());
      Question smaller = question.with(part);
      Answer ours = ours(smaller);
      Answer theirs = theirs(smaller);
      if (!compare(smaller, ours, theirs).difference().isEmpty()
          && KnownDifference.explaining(part, ours, theirs, ordered(part)).isEmpty()) {
        return part + "\n" + both(smaller, ours, theirs);
      }
    }
    return question.query();
  }

  private static String both(Question question, Answer ours, Answer theirs) {
    return "    "
        + AnswerComparison.compare(ours, theirs, ordered(question.query())).difference()
        + "\n    ours: "
        + ours.brief()
        + "\n    theirs: "
        + theirs.brief();
  }

  private static void collect(Expr node, List<Expr> into) {
    into.add(node);
    switch (node) {
      case Expr.NumberLiteral _, Expr.StringLiteral _, Expr.VectorSelector _ -> {
        return;
      }
      case Expr.Paren paren -> collect(paren.inner(), into);
      case Expr.Unary unary -> collect(unary.inner(), into);
      case Expr.Binary binary -> {
        collect(binary.left(), into);
        collect(binary.right(), into);
      }
      case Expr.Call call -> call.arguments().forEach(argument -> collect(argument, into));
      case Expr.Aggregate aggregate -> {
        if (aggregate.parameter() != null) {
          collect(aggregate.parameter(), into);
        }
        collect(aggregate.inner(), into);
      }
      case Expr.MatrixSelector matrix -> collect(matrix.selector(), into);
      case Expr.Subquery subquery -> collect(subquery.inner(), into);
    }
  }

  /// Differences that no entry of [KnownDifference] explains.
  List<String> unexplained() {
    return unexplained;
  }

  /// The figures, in one line.
  String figures() {
    return "%d queries: %d equal (%d of them but for the last digits), %d known to differ %s, %d unexplained"
        .formatted(asked, equal, rounded, explained, known, unexplained.size());
  }
}
