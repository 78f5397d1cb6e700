package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.QueryPlan;
import dev.mangru.model.metric.QueryStats;
import dev.mangru.tsdb.promql.Durations;
import dev.mangru.tsdb.promql.SyntaxError;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// A plan as text for terminals: what each operator took at the left, the tree at the right.
///
/// ```
///     total      self    series   samples
///    2.1 ms    0.2 ms         3         -  sum by (job)
///                                              folded series by series, none is held
///    1.9 ms    0.1 ms       600         -  └─ rate
/// ```
final class ExplainText {

  private static final String NO_COST = " ".repeat(40);

  private final StringBuilder to = new StringBuilder();
  private final boolean analyzed;

  private ExplainText(boolean analyzed) {
    this.analyzed = analyzed;
  }

  static String of(Explained explained) {
    ExplainText text = new ExplainText(explained.analyzed());
    text.head(explained);
    QueryPlan plan = explained.result().plan();
    if (plan != null) {
      if (text.analyzed) {
        text.to.append("     total      self    series   samples\n");
      }
      text.node(plan, "", "");
    }
    explained.result().warnings().forEach(one -> text.to.append('\n').append(one));
    explained.result().infos().forEach(one -> text.to.append('\n').append(one));
    if (!explained.result().warnings().isEmpty() || !explained.result().infos().isEmpty()) {
      text.to.append('\n');
    }
    return text.to.toString();
  }

  /// The errors of an expression, each with an arrow below its place.
  static String errors(String expression, List<SyntaxError> errors) {
    StringBuilder text = new StringBuilder();
    for (SyntaxError error : errors) {
      int start = Math.min(error.position().start(), expression.length());
      int lineStart = expression.lastIndexOf('\n', start - 1) + 1;
      int lineEnd = expression.indexOf('\n', start);
      String line = expression.substring(lineStart, lineEnd < 0 ? expression.length() : lineEnd);
      int last = Math.min(error.position().end(), lineStart + line.length());
      text.append(error.describe(expression)).append("\n  ").append(line).append("\n  ");
      text.append(" ".repeat(start - lineStart));
      text.append("^".repeat(Math.max(1, last - start))).append('\n');
    }
    return text.toString();
  }

  private void head(Explained explained) {
    to.append(explained.expression().strip()).append('\n');
    if (explained.stepMs() == 0) {
      to.append("at ").append(Instant.ofEpochMilli(explained.startMs()));
    } else {
      to.append("from ").append(Instant.ofEpochMilli(explained.startMs()));
      to.append(" to ").append(Instant.ofEpochMilli(explained.endMs()));
      to.append(", step ").append(Durations.format(explained.stepMs()));
      to.append(", ").append(count(explained.steps())).append(" steps");
    }
    if (!explained.analyzed()) {
      to.append("\nnot run\n\n");
      return;
    }
    QueryStats stats = explained.result().stats();
    to.append("\n").append(explained.resultType()).append(" of ");
    to.append(count(explained.series())).append(" series, ");
    to.append(count(explained.points())).append(" points; ");
    to.append(count(explained.result().samplesRead())).append(" samples read, ");
    to.append(count(stats.peakSamples())).append(" held at most\n");
    to.append("waited ").append(time(explained.waitedNs()));
    to.append(", prepared ").append(time(stats.preparationNs()));
    to.append(", evaluated ").append(time(stats.evaluationNs()));
    to.append(", sorted ").append(time(stats.sortNs())).append("\n\n");
  }

  private void node(QueryPlan plan, String branch, String indent) {
    QueryPlan.Cost cost = plan.cost();
    if (!analyzed) {
      to.append("  ");
    } else if (cost == null) {
      to.append(NO_COST).append("  ");
    } else {
      to.append(right(time(cost.totalNs()))).append(right(time(cost.selfNs())));
      to.append(right(cost.series() == 0 ? "-" : count(cost.series())));
      to.append(right(cost.samples() == 0 ? "-" : count(cost.samples()))).append("  ");
    }
    to.append(branch).append(label(plan)).append('\n');
    String below = indent + (plan.inputs().isEmpty() ? "   " : "│  ");
    if (cost != null && cost.selected() > 0) {
      note(below, count(cost.selected()) + " series found");
    }
    plan.how().forEach(how -> note(below, how));
    for (int i = 0; i < plan.inputs().size(); i++) {
      boolean last = i == plan.inputs().size() - 1;
      node(plan.inputs().get(i), indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "));
    }
  }

  private void note(String indent, String note) {
    to.append(analyzed ? NO_COST + "  " : "  ")
        .append(indent)
        .append("· ")
        .append(note)
        .append('\n');
  }

  private static String label(QueryPlan plan) {
    return switch (plan.operator()) {
      case "aggregate", "call", "binary", "unary" -> plan.name();
      case "subquery" -> "subquery " + plan.name();
      default -> plan.expression();
    };
  }

  private static String right(String text) {
    return " ".repeat(Math.max(1, 10 - text.length())) + text;
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// Three digits and a unit.
  static String time(long ns) {
    double value = ns;
    String unit = "ns";
    for (String larger : List.of("µs", "ms", "s")) {
      if (value < 999.5) {
        break;
      }
      value /= 1000;
      unit = larger;
    }
    int decimals = unit.equals("ns") || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f %s", value, unit);
  }
}
