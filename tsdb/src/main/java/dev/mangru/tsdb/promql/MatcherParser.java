package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.Token.Kind;
import java.util.List;

/// Reads `{a="b", "quoted name", "quoted.label"=~"c"}`.
final class MatcherParser {

  private static final String CONTEXT = "label matching";

  /// Each is a step over all candidates. Chosen.
  private static final int MOST_MATCHERS = 1_000;

  /// Instructions of all regular expressions of one expression, some 50 bytes each. Chosen.
  private static final int MOST_PROGRAMS = 200_000;

  private final TokenStream tokens;
  private final List<SyntaxError> errors;
  private int programs;

  /// @param programs size of the regular expressions before
  MatcherParser(TokenStream tokens, List<SyntaxError> errors, int programs) {
    this.tokens = tokens;
    this.programs = programs;
    this.errors = errors;
  }

  void parse(List<LabelMatcher> matchers) {
    tokens.expect("{", CONTEXT, "\"{\"");
    if (tokens.peek().is("}")) {
      tokens.next();
      return;
    }
    while (true) {
      matcher(matchers);
      count(matchers);
      if (tokens.peek().is("}")) {
        tokens.next();
        return;
      }
      tokens.expect(",", CONTEXT, "\",\" or \"}\"");
      if (tokens.peek().is("}")) {
        tokens.next();
        return;
      }
    }
  }

  private void count(List<LabelMatcher> matchers) {
    programs += matchers.isEmpty() ? 0 : matchers.getLast().programSize();
    if (matchers.size() > MOST_MATCHERS || programs > MOST_PROGRAMS) {
      throw new PromqlSyntaxException(
          tokens.peek().position(),
          matchers.size() > MOST_MATCHERS
              ? "a selector has more matchers than the limit of " + MOST_MATCHERS
              : "regular expressions are larger than the limit of "
                  + MOST_PROGRAMS
                  + " instructions together");
    }
  }

  /// Size of the regular expressions so far.
  int programs() {
    return programs;
  }

  private void matcher(List<LabelMatcher> matchers) {
    Token name = tokens.peek();
    boolean quoted = name.kind() == Kind.STRING;
    if (!quoted && name.kind() != Kind.IDENTIFIER) {
      throw tokens.unexpected(CONTEXT, "identifier or \"}\"");
    }
    tokens.next();
    Token operator = tokens.peek();
    LabelMatcher.Operator found = null;
    for (LabelMatcher.Operator candidate : LabelMatcher.Operator.values()) {
      if (operator.is(candidate.symbol())) {
        found = candidate;
      }
    }
    String label = quoted ? GoText.unquote(name.text()) : name.text();
    if (found == null) {
      if (quoted && (operator.is(",") || operator.is("}"))) {
        matchers.add(LabelMatcher.equal(Labels.METRIC_NAME, label));
        return;
      }
      throw tokens.unexpected(CONTEXT, "label matching operator");
    }
    tokens.next();
    Token value = tokens.peek();
    if (value.kind() != Kind.STRING) {
      throw tokens.unexpected(CONTEXT, "string");
    }
    tokens.next();
    ExpressionParser.addMatcher(
        matchers,
        found,
        label,
        GoText.unquote(value.text()),
        new Position(name.start(), value.end()),
        errors);
  }
}
