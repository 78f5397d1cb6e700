package dev.mangru.server.http.exchange;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.server.http.JsonAnswer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Errors as plain text, as Prometheus gives them where the answer of success is no JSON.
final class PlainErrors {

  private PlainErrors() {}

  /// Answers with an error; one that comes after the answer has begun is thrown again, and the
  /// container breaks the connection off.
  static void answer(HttpServletResponse response, MangruException error) throws IOException {
    if (response.isCommitted()) {
      throw error;
    }
    response.resetBuffer();
    JsonAnswer.retryAfter(response, error);
    response.setStatus(status(error.code()));
    response.setContentType("text/plain;charset=utf-8");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.getOutputStream().write((error.text() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Prometheus knows a limit as a bad request.
  private static int status(ErrorCode code) {
    return code == ErrorCode.QUERY_LIMIT ? HttpServletResponse.SC_BAD_REQUEST : code.httpStatus();
  }
}
