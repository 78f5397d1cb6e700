package dev.mangru.alerts.route;

import dev.mangru.alerts.route.MatcherLexer.Kind;
import dev.mangru.alerts.route.MatcherLexer.Token;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import java.util.ArrayList;
import java.util.List;

/// The UTF-8 parser of Alertmanager 0.27 and later: names and values are unquoted without reserved
/// characters, or double-quoted with Go's escapes. Confined to one thread.
final class MatcherParser {

  private static final String END = "end of input";

  private final MatcherLexer lexer;
  private final List<LabelMatcher> matchers = new ArrayList<>();

  private MatcherParser(String text) {
    lexer = new MatcherLexer(text);
  }

  static List<LabelMatcher> parse(String text) {
    MatcherParser parser = new MatcherParser(text);
    parser.all();
    return parser.matchers;
  }

  private void all() {
    Token first = lexer.peek();
    if (first == null) {
      return;
    }
    boolean open = first.kind() == Kind.OPEN_BRACE;
    if (open) {
      lexer.take();
    }
    Token token = lexer.peek();
    if (token != null && token.kind() != Kind.CLOSE_BRACE) {
      matcher();
      while (anotherAfterComma()) {
        matcher();
      }
    }
    close(open);
    Token rest = lexer.take();
    if (rest != null) {
      throw error(rest.where() + rest.text() + ": expected end of input");
    }
  }

  private void close(boolean open) {
    Token token = lexer.peek();
    if (open) {
      if (token == null) {
        throw error("0:" + lexer.column() + ": " + END + ": expected close brace");
      }
      if (token.kind() != Kind.CLOSE_BRACE) {
        throw error("0:" + lexer.column() + ": " + unexpected(token) + ": expected close brace");
      }
      lexer.take();
    } else if (token != null && token.kind() == Kind.CLOSE_BRACE) {
      lexer.take();
      throw error("0:" + lexer.column() + ": }: expected opening brace");
    }
  }

  private boolean anotherAfterComma() {
    Token token = peek("expected a comma or close brace");
    if (token == null || token.kind() == Kind.CLOSE_BRACE) {
      return false;
    }
    if (token.kind() != Kind.COMMA) {
      throw error(unexpected(token) + ": expected a comma or close brace");
    }
    lexer.take();
    String expected = "expected a matcher or close brace after comma";
    token = peek(expected);
    if (token == null || token.kind() == Kind.CLOSE_BRACE) {
      return false;
    }
    if (token.kind() != Kind.QUOTED && token.kind() != Kind.UNQUOTED) {
      throw error(unexpected(token) + ": " + expected);
    }
    return true;
  }

  @SuppressWarnings("NullAway") // peek() is null at the end, which the callers look at
  private Token peek(String expected) {
    try {
      return lexer.peek();
    } catch (MangruException e) {
      throw error(e.text() + ": " + expected);
    }
  }

  private void matcher() {
    Token name = take("expected label name", Kind.QUOTED, Kind.UNQUOTED);
    String label = text(name);
    Token symbol =
        take(
            "expected an operator such as '=', '!=', '=~' or '!~'",
            Kind.EQUALS,
            Kind.NOT_EQUALS,
            Kind.MATCHES,
            Kind.NOT_MATCHES);
    Token value = take("expected label value", Kind.UNQUOTED, Kind.QUOTED);
    Operator operator =
        switch (symbol.kind()) {
          case NOT_EQUALS -> Operator.NOT_EQUAL;
          case MATCHES -> Operator.REGEX;
          case NOT_MATCHES -> Operator.NOT_REGEX;
          case EQUALS, OPEN_BRACE, CLOSE_BRACE, COMMA, QUOTED, UNQUOTED -> Operator.EQUAL;
        };
    try {
      matchers.add(Matchers.of(operator, label, text(value)));
    } catch (MangruException e) {
      throw error(
          e.text().startsWith("error parsing regexp")
              ? "failed to create matcher: " + e.text()
              : e.text());
    }
  }

  private Token take(String expected, Kind... kinds) {
    Token token = peek(expected);
    if (token == null) {
      throw error(END + ": " + expected);
    }
    for (Kind kind : kinds) {
      if (token.kind() == kind) {
        lexer.take();
        return token;
      }
    }
    throw error(unexpected(token) + ": " + expected);
  }

  private static String text(Token token) {
    if (token.kind() != Kind.QUOTED) {
      return token.text();
    }
    String text = GoText.unquote(token.text());
    if (text == null) {
      throw error(token.where() + token.text() + ": invalid input");
    }
    return text;
  }

  private static String unexpected(Token token) {
    return token.where() + "unexpected " + token.text();
  }

  private static MangruException error(String message) {
    return MangruException.badData(message);
  }
}
