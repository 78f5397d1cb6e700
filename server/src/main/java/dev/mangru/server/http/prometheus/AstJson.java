package dev.mangru.server.http.prometheus;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.SampleText;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.Function;
import dev.mangru.tsdb.promql.ValueType;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Writes a parsed expression as Prometheus does, letter by letter: members in alphabetical order.
///
/// Spans that are computed per query ([Expr.Span.Computed]) are 0, as there. Expressions nest
/// [dev.mangru.tsdb.promql.PromqlParser#MAX_DEPTH] deep at most, so recursion is safe.
///
/// Source: Prometheus `web/api/v1/translate_ast.go`.
final class AstJson {

  private final StringBuilder to = new StringBuilder();

  private AstJson() {}

  /// The JSON of an expression.
  static String of(Expr expression) {
    AstJson json = new AstJson();
    json.write(expression);
    return json.to.toString();
  }

  private void write(@Nullable Expr expression) {
    switch (expression) {
      case null -> to.append("null");
      case Expr.NumberLiteral number ->
          to.append("{\"type\":\"numberLiteral\",\"val\":\"")
              .append(SampleText.plain(number.value()))
              .append("\"}");
      case Expr.StringLiteral string -> {
        to.append("{\"type\":\"stringLiteral\",\"val\":");
        GoJson.quote(string.value(), to);
        to.append('}');
      }
      case Expr.Paren paren -> {
        to.append("{\"expr\":");
        write(paren.inner());
        to.append(",\"type\":\"parenExpr\"}");
      }
      case Expr.Unary unary -> {
        to.append("{\"expr\":");
        write(unary.inner());
        to.append(",\"op\":\"").append(unary.minus() ? '-' : '+');
        to.append("\",\"type\":\"unaryExpr\"}");
      }
      case Expr.Binary binary -> binary(binary);
      case Expr.Call call -> call(call);
      case Expr.Aggregate aggregate -> {
        to.append("{\"expr\":");
        write(aggregate.inner());
        to.append(",\"grouping\":");
        array(aggregate.grouping(), (name, json) -> GoJson.quote(name, json));
        to.append(",\"op\":\"").append(aggregate.operation().text()).append("\",\"param\":");
        write(aggregate.parameter());
        to.append(",\"type\":\"aggregation\",\"without\":").append(aggregate.without()).append('}');
      }
      case Expr.VectorSelector selector -> {
        selector(selector, null);
        to.append(",\"type\":\"vectorSelector\"}");
      }
      case Expr.MatrixSelector matrix -> {
        selector(matrix.selector(), matrix.range());
        to.append(",\"type\":\"matrixSelector\"}");
      }
      case Expr.Subquery subquery -> {
        to.append("{\"expr\":");
        write(subquery.inner());
        to.append(",\"offset\":").append(milliseconds(subquery.time().offset()));
        to.append(",\"range\":").append(milliseconds(subquery.range()));
        to.append(",\"startOrEnd\":").append(startOrEnd(subquery.time().at()));
        to.append(",\"step\":").append(milliseconds(subquery.step()));
        to.append(",\"timestamp\":").append(timestamp(subquery.time().at()));
        to.append(",\"type\":\"subquery\"}");
      }
    }
  }

  private void binary(Expr.Binary binary) {
    to.append("{\"bool\":").append(binary.bool()).append(",\"lhs\":");
    write(binary.left());
    to.append(",\"matching\":");
    if (binary.left().type() == ValueType.VECTOR && binary.right().type() == ValueType.VECTOR) {
      Expr.Matching matching = binary.matching();
      to.append("{\"card\":\"")
          .append(cardinality(matching.cardinality()))
          .append("\",\"include\":");
      array(matching.include(), (name, json) -> GoJson.quote(name, json));
      to.append(",\"labels\":");
      array(matching.labels(), (name, json) -> GoJson.quote(name, json));
      to.append(",\"on\":").append(matching.on()).append('}');
    } else {
      to.append("null");
    }
    to.append(",\"op\":");
    GoJson.quote(binary.operator().symbol(), to);
    to.append(",\"rhs\":");
    write(binary.right());
    to.append(",\"type\":\"binaryExpr\"}");
  }

  private static String cardinality(Expr.Cardinality cardinality) {
    return switch (cardinality) {
      case ONE_TO_ONE -> "one-to-one";
      case MANY_TO_ONE -> "many-to-one";
      case ONE_TO_MANY -> "one-to-many";
      case MANY_TO_MANY -> "many-to-many";
    };
  }

  private void call(Expr.Call call) {
    Function function = call.function();
    to.append("{\"args\":");
    array(call.arguments(), (argument, _) -> write(argument));
    to.append(",\"func\":{\"argTypes\":");
    array(function.arguments(), (type, json) -> json.append('"').append(type.code()).append('"'));
    to.append(",\"name\":\"").append(function.text()).append("\",\"returnType\":\"");
    to.append(function.result().code()).append("\",\"variadic\":").append(function.variadic());
    to.append("},\"type\":\"call\"}");
  }

  private void selector(Expr.VectorSelector selector, Expr.@Nullable Span range) {
    to.append("{\"matchers\":");
    array(selector.matchers(), AstJson::matcher);
    to.append(",\"name\":");
    GoJson.quote(selector.name(), to);
    to.append(",\"offset\":").append(milliseconds(selector.time().offset()));
    if (range != null) {
      to.append(",\"range\":").append(milliseconds(range));
    }
    to.append(",\"startOrEnd\":").append(startOrEnd(selector.time().at()));
    to.append(",\"timestamp\":").append(timestamp(selector.time().at()));
  }

  private static void matcher(LabelMatcher matcher, StringBuilder json) {
    json.append("{\"name\":");
    GoJson.quote(matcher.name(), json);
    json.append(",\"type\":\"").append(matcher.operator().symbol()).append("\",\"value\":");
    GoJson.quote(matcher.value(), json);
    json.append('}');
  }

  private static long milliseconds(Expr.@Nullable Span span) {
    return switch (span) {
      case null -> 0;
      case Expr.Span.Fixed(long ms) -> ms;
      case Expr.Span.Computed _ -> 0;
    };
  }

  private static String startOrEnd(Expr.@Nullable At at) {
    return switch (at) {
      case Expr.At.Start() -> "\"start\"";
      case Expr.At.End() -> "\"end\"";
      case Expr.At.Instant _ -> "null";
      case null -> "null";
    };
  }

  private static String timestamp(Expr.@Nullable At at) {
    return at instanceof Expr.At.Instant(long ms) ? Long.toString(ms) : "null";
  }

  private <T> void array(List<T> values, BiConsumer<T, StringBuilder> each) {
    to.append('[');
    Iterator<T> rest = values.iterator();
    while (rest.hasNext()) {
      each.accept(rest.next(), to);
      if (rest.hasNext()) {
        to.append(',');
      }
    }
    to.append(']');
  }
}
