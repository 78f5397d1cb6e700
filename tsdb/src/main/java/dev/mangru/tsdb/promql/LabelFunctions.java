package dev.mangru.tsdb.promql;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.CheckedText;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.List;

/// `label_replace` and `label_join`. Confined to the query's thread.
final class LabelFunctions {

  private final QueryContext context;
  private final Evaluator evaluator;

  LabelFunctions(QueryContext context, Evaluator evaluator) {
    this.context = context;
    this.evaluator = evaluator;
  }

  Evaluated evaluate(Expr.Call call, Steps steps) {
    return call.function() == Function.LABEL_REPLACE ? replace(call, steps) : join(call, steps);
  }

  private Evaluated replace(Expr.Call call, Steps steps) {
    List<Expr> arguments = call.arguments();
    String destination = evaluator.text(arguments.get(1));
    String replacement = evaluator.text(arguments.get(2));
    String source = evaluator.text(arguments.get(3));
    Pattern pattern = compile(evaluator.text(arguments.get(4)));
    if (!isLabelName(destination)) {
      throw QueryContext.execution(
          "invalid destination label name in label_replace(): " + destination);
    }
    List<StepSeries> result = new ArrayList<>();
    for (StepSeries series : evaluator.vectors(arguments.getFirst(), steps).series()) {
      context.budget().work(32);
      Matcher matcher =
          pattern.matcher(
              CheckedText.of(
                  series.labels().get(source), pattern.programSize(), context.budget()::check));
      if (!matcher.matches()) {
        result.add(series);
        continue;
      }
      String value = expand(replacement, matcher, pattern);
      result.add(relabeled(series, destination, value));
    }
    return unique(result);
  }

  private Evaluated join(Expr.Call call, Steps steps) {
    List<Expr> arguments = call.arguments();
    String destination = evaluator.text(arguments.get(1));
    String separator = evaluator.text(arguments.get(2));
    List<String> sources = new ArrayList<>();
    for (Expr argument : arguments.subList(3, arguments.size())) {
      String source = evaluator.text(argument);
      if (!isLabelName(source)) {
        throw QueryContext.execution("invalid source label name in label_join(): " + source);
      }
      sources.add(source);
    }
    if (!isLabelName(destination)) {
      throw QueryContext.execution(
          "invalid destination label name in label_join(): " + destination);
    }
    List<StepSeries> result = new ArrayList<>();
    for (StepSeries series : evaluator.vectors(arguments.getFirst(), steps).series()) {
      List<String> values = new ArrayList<>();
      sources.forEach(source -> values.add(series.labels().get(source)));
      context.budget().work(32 + 8 * values.size());
      context.budget().holdText(length(separator, values));
      result.add(relabeled(series, destination, String.join(separator, values)));
    }
    return unique(result);
  }

  private static long length(String separator, List<String> values) {
    long length = (long) separator.length() * (values.size() - 1);
    for (String value : values) {
      length += value.length();
    }
    return length;
  }

  private static StepSeries relabeled(StepSeries series, String label, String value) {
    Labels labels = series.labels().toBuilder().set(label, value).build();
    boolean dropName = series.dropName() && !label.equals(Labels.METRIC_NAME);
    return series.relabeled(labels, dropName);
  }

  /// Two results with equal labels are an error where both have a value.
  private static Evaluated unique(List<StepSeries> series) {
    return new Evaluated.Vectors(Evaluator.mergeEqual(series));
  }

  /// Any UTF-8 text but the empty one; a lone surrogate is a byte that is not UTF-8.
  private static boolean isLabelName(String name) {
    return !name.isEmpty() && name.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
  }

  private static Pattern compile(String regex) {
    if (regex.length() <= LabelMatcher.MAX_REGEX_LENGTH) {
      try {
        LabelMatcher.checkSize(regex);
        return Pattern.compile("^(?s:" + regex + ")$");
      } catch (PatternSyntaxException | MangruException e) {
        throw new MangruException(
            ErrorCode.EXECUTION, "invalid regular expression in label_replace(): " + regex, e);
      }
    }
    throw QueryContext.execution(
        "regular expression in label_replace() of "
            + regex.length()
            + " characters is longer than the limit of "
            + LabelMatcher.MAX_REGEX_LENGTH);
  }

  /// `$1`, `$name`, `${name}` and `$$` as Go's regexp expands them; what names no group is empty.
  private String expand(String template, Matcher matcher, Pattern pattern) {
    StringBuilder text = new StringBuilder();
    context.budget().holdText(template.length());
    long counted = template.length() + 64L;
    int i = 0;
    while (i < template.length()) {
      char c = template.charAt(i);
      if (c != '$') {
        text.append(c);
        i++;
        continue;
      }
      if (template.startsWith("$$", i)) {
        text.append('$');
        i += 2;
        continue;
      }
      boolean braced = template.startsWith("${", i);
      int start = i + (braced ? 2 : 1);
      int end = start;
      while (end < template.length() && isNameCharacter(template.charAt(end))) {
        end++;
      }
      boolean closed = !braced || (end < template.length() && template.charAt(end) == '}');
      if (end == start || !closed) {
        text.append('$');
        i++;
        continue;
      }
      String group = group(template.substring(start, end), matcher, pattern);
      long length = (long) text.length() + group.length();
      if (length > counted) {
        context.budget().holdText(length + length / 4 - counted);
        counted = length + length / 4;
      }
      context.budget().work(8 + (group.length() >> 3));
      text.append(group);
      i = braced ? end + 1 : end;
    }
    return text.toString();
  }

  private static String group(String name, Matcher matcher, Pattern pattern) {
    Integer number =
        name.length() < 6 && name.chars().allMatch(Lexer::isDigit)
            ? Integer.valueOf(name)
            : pattern.namedGroups().get(name);
    if (number == null || number > matcher.groupCount()) {
      return "";
    }
    String group = matcher.group(number);
    return group == null ? "" : group;
  }

  private static boolean isNameCharacter(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }
}
