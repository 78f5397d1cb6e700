package dev.mangru.tsdb.promql;

import org.jspecify.annotations.Nullable;

/// Tokens with one of lookahead. Confined to one thread.
final class TokenStream {

  private final Lexer lexer;
  private @Nullable Token ahead;
  private int consumedEnd;

  TokenStream(Lexer lexer) {
    this.lexer = lexer;
  }

  Token peek() {
    Token token = ahead;
    if (token == null) {
      token = lexer.next();
      ahead = token;
    }
    return token;
  }

  Token next() {
    Token token = peek();
    ahead = null;
    consumedEnd = token.end();
    return token;
  }

  /// Where the last consumed token ends.
  int consumedEnd() {
    return consumedEnd;
  }

  Token expect(String symbol, String context, String expected) {
    if (!peek().is(symbol)) {
      throw unexpected(context, expected);
    }
    return next();
  }

  /// `unexpected X in CONTEXT, expected Y` at the token ahead; empty parts are left out.
  PromqlSyntaxException unexpected(String context, String expected) {
    Token token = peek();
    StringBuilder message = new StringBuilder("unexpected ").append(token.describe());
    if (!context.isEmpty()) {
      message.append(" in ").append(context);
    }
    if (!expected.isEmpty()) {
      message.append(", expected ").append(expected);
    }
    return new PromqlSyntaxException(token.position(), message.toString());
  }
}
