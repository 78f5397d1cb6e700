package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleText;
import dev.mangru.tsdb.promql.Expr.Cardinality;
import dev.mangru.tsdb.promql.Expr.Matching;
import dev.mangru.tsdb.promql.Expr.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes an expression back as text, on one line or indented. Thread-safe.
///
/// What it prints parses to the same tree; comments and superfluous blanks are gone, matchers are
/// sorted.
public final class PromqlPrinter {

  /// The width that `format_query` uses, in characters. Copied from Prometheus.
  public static final int DEFAULT_WIDTH = 100;

  private final int width;

  private PromqlPrinter(int width) {
    this.width = width;
  }

  /// The expression on one line.
  public static String print(Expr expression) {
    StringBuilder text = new StringBuilder();
    write(expression, text);
    return text.toString();
  }

  /// The expression with line breaks and indents wherever a part is longer than [#DEFAULT_WIDTH].
  public static String pretty(Expr expression) {
    return pretty(expression, DEFAULT_WIDTH);
  }

  /// The expression with line breaks and indents wherever a part is longer than `width` bytes.
  public static String pretty(Expr expression, int width) {
    return new PromqlPrinter(width).lines(expression, 0);
  }

  // One line ------------------------------------------------------------------------------------

  private static void write(Expr expression, StringBuilder to) {
    switch (expression) {
      case Expr.NumberLiteral number -> to.append(number(number));
      case Expr.StringLiteral string -> to.append(GoText.quote(string.value()));
      case Expr.Paren paren -> {
        to.append('(');
        write(paren.inner(), to);
        to.append(')');
      }
      case Expr.Unary unary -> {
        to.append(unary.minus() ? '-' : '+');
        write(unary.inner(), to);
      }
      case Expr.Binary binary -> {
        write(binary.left(), to);
        to.append(' ').append(operator(binary)).append(' ');
        write(binary.right(), to);
      }
      case Expr.Call call -> {
        to.append(call.function().text()).append('(');
        writeAll(call.arguments(), to);
        to.append(')');
      }
      case Expr.Aggregate aggregate -> {
        to.append(head(aggregate)).append('(');
        if (aggregate.parameter() != null) {
          write(aggregate.parameter(), to);
          to.append(", ");
        }
        write(aggregate.inner(), to);
        to.append(')');
      }
      case Expr.VectorSelector selector -> {
        writeSelector(selector, to);
        writeModifiers(selector.extension(), selector.time(), to);
      }
      case Expr.MatrixSelector matrix -> {
        writeSelector(matrix.selector(), to);
        to.append('[').append(span(matrix.range())).append(']');
        writeModifiers(matrix.selector().extension(), matrix.selector().time(), to);
      }
      case Expr.Subquery subquery -> {
        write(subquery.inner(), to);
        to.append(subquerySuffix(subquery));
      }
    }
  }

  private static void writeAll(List<Expr> expressions, StringBuilder to) {
    String separator = "";
    for (Expr expression : expressions) {
      to.append(separator);
      write(expression, to);
      separator = ", ";
    }
  }

  private static String number(Expr.NumberLiteral number) {
    if (number.duration() && Double.isFinite(number.value())) {
      return Durations.format(Math.round(number.value() * 1000));
    }
    return SampleText.plain(number.value());
  }

  static String operator(Expr.Binary binary) {
    StringBuilder text = new StringBuilder(binary.operator().symbol());
    if (binary.bool()) {
      text.append(" bool");
    }
    Matching matching = binary.matching();
    boolean grouped =
        matching.cardinality() == Cardinality.MANY_TO_ONE
            || matching.cardinality() == Cardinality.ONE_TO_MANY;
    if (!matching.labels().isEmpty() || matching.on() || grouped) {
      text.append(matching.on() ? " on (" : " ignoring (")
          .append(labels(matching.labels()))
          .append(')');
    }
    if (grouped) {
      text.append(
              matching.cardinality() == Cardinality.MANY_TO_ONE
                  ? " group_left ("
                  : " group_right (")
          .append(labels(matching.include()))
          .append(')');
    }
    writeFill(matching, text);
    return text.toString();
  }

  private static void writeFill(Matching matching, StringBuilder to) {
    Double left = matching.fillLeft();
    Double right = matching.fillRight();
    if (left != null && left.equals(right)) {
      to.append(" fill (").append(SampleText.general(left)).append(')');
      return;
    }
    if (left != null) {
      to.append(" fill_left (").append(SampleText.general(left)).append(')');
    }
    if (right != null) {
      to.append(" fill_right (").append(SampleText.general(right)).append(')');
    }
  }

  static String head(Expr.Aggregate aggregate) {
    String name = aggregate.operation().text();
    if (aggregate.without()) {
      return name + " without (" + labels(aggregate.grouping()) + ") ";
    }
    return aggregate.grouping().isEmpty()
        ? name
        : name + " by (" + labels(aggregate.grouping()) + ") ";
  }

  private static String labels(List<String> names) {
    List<String> quoted = new ArrayList<>();
    names.forEach(name -> quoted.add(labelName(name)));
    return String.join(", ", quoted);
  }

  private static String labelName(String name) {
    boolean plain = !name.isEmpty() && !Lexer.isDigit(name.charAt(0));
    for (int i = 0; i < name.length() && plain; i++) {
      plain = Lexer.isAlphaNumeric(name.charAt(i));
    }
    return plain ? name : GoText.quote(name);
  }

  private static void writeSelector(Expr.VectorSelector selector, StringBuilder to) {
    to.append(selector.name());
    List<String> conditions = new ArrayList<>();
    for (LabelMatcher matcher : selector.matchers()) {
      boolean written =
          !selector.name().isEmpty()
              && matcher.operator() == LabelMatcher.Operator.EQUAL
              && matcher.name().equals(Labels.METRIC_NAME)
              && matcher.value().equals(selector.name());
      if (!written) {
        conditions.add(
            labelName(matcher.name())
                + matcher.operator().symbol()
                + GoText.quote(matcher.value()));
      }
    }
    conditions.sort(Labels::compareUtf8);
    if (!conditions.isEmpty() || selector.name().isEmpty()) {
      to.append('{').append(String.join(",", conditions)).append('}');
    }
  }

  private static void writeModifiers(
      Expr.Extension extension, Expr.TimeModifiers time, StringBuilder to) {
    to.append(
        switch (extension) {
          case NONE -> "";
          case ANCHORED -> " anchored";
          case SMOOTHED -> " smoothed";
        });
    to.append(at(time.at()));
    Span offset = time.offset();
    if (offset != null && !offset.equals(new Span.Fixed(0))) {
      to.append(" offset ").append(span(offset));
    }
  }

  private static String at(Expr.@Nullable At at) {
    return switch (at) {
      case null -> "";
      case Expr.At.Instant(long ms) -> " @ " + GoFormat.fixed(ms / 1000.0, 3);
      case Expr.At.Start() -> " @ start()";
      case Expr.At.End() -> " @ end()";
    };
  }

  static String subquerySuffix(Expr.Subquery subquery) {
    StringBuilder text = new StringBuilder("[").append(span(subquery.range())).append(':');
    Span step = subquery.step();
    if (step != null) {
      text.append(span(step));
    }
    text.append(']');
    writeModifiers(Expr.Extension.NONE, subquery.time(), text);
    return text.toString();
  }

  private static String span(Span span) {
    return switch (span) {
      case Span.Fixed(long ms) -> Durations.format(ms);
      case Span.Computed(DurationExpr expression) -> duration(expression);
    };
  }

  private static String duration(DurationExpr expression) {
    return switch (expression) {
      case DurationExpr.Literal(double seconds, boolean asDuration, Position _) ->
          asDuration ? Durations.format(Math.round(seconds * 1000)) : SampleText.plain(seconds);
      case DurationExpr.Step _ -> "step()";
      case DurationExpr.Range _ -> "range()";
      case DurationExpr.Negate(DurationExpr inner, Position _) -> "-" + duration(inner);
      case DurationExpr.Paren(DurationExpr inner, Position _) -> "(" + duration(inner) + ")";
      case DurationExpr.Arithmetic(char symbol, DurationExpr left, DurationExpr right) ->
          duration(left) + " " + symbol + " " + duration(right);
      case DurationExpr.Extreme(boolean max, DurationExpr left, DurationExpr right, Position _) ->
          (max ? "max_of(" : "min_of(") + duration(left) + ", " + duration(right) + ")";
    };
  }

  // Many lines ----------------------------------------------------------------------------------

  private String lines(Expr expression, int level) {
    String oneLine = print(expression);
    String indent = "  ".repeat(level);
    if (GoText.byteOffset(oneLine, oneLine.length()) <= width) {
      // Prometheus forgets the indent of a subquery that needs no break.
      return expression instanceof Expr.Subquery ? oneLine : indent + oneLine;
    }
    return switch (expression) {
      case Expr.NumberLiteral _,
          Expr.StringLiteral _,
          Expr.VectorSelector _,
          Expr.MatrixSelector _ ->
          indent + oneLine;
      case Expr.Paren paren ->
          indent + "(\n" + lines(paren.inner(), level + 1) + "\n" + indent + ")";
      case Expr.Unary unary ->
          indent + (unary.minus() ? "-" : "+") + lines(unary.inner(), level).strip();
      case Expr.Binary binary ->
          lines(binary.left(), level + 1)
              + "\n"
              + indent
              + operator(binary)
              + "\n"
              + lines(binary.right(), level + 1);
      case Expr.Call call -> block(indent + call.function().text(), call.arguments(), level);
      case Expr.Aggregate aggregate -> {
        List<Expr> parts = new ArrayList<>();
        if (aggregate.parameter() != null) {
          parts.add(aggregate.parameter());
        }
        parts.add(aggregate.inner());
        yield block(indent + head(aggregate), parts, level);
      }
      case Expr.Subquery subquery -> lines(subquery.inner(), level) + subquerySuffix(subquery);
    };
  }

  private String block(String head, List<Expr> parts, int level) {
    if (parts.isEmpty()) {
      return head + "()";
    }
    List<String> lines = new ArrayList<>();
    parts.forEach(part -> lines.add(lines(part, level + 1)));
    return head + "(\n" + String.join(",\n", lines) + "\n" + "  ".repeat(level) + ")";
  }
}
