package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.server.self.Faults;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import tools.jackson.core.exc.JacksonIOException;

/// Turns what endpoints throw into answers. Our own errors carry their status; anything else is a
/// bug, which is logged once per distinct shape and told without its details.
@RestControllerAdvice
public final class HttpErrors {

  private final Faults faults;

  /// @param faults counts and logs what should not have happened
  public HttpErrors(Faults faults) {
    this.faults = faults;
  }

  /// Answers what an endpoint threw that is not called by Spring.
  public void answer(Exception error, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    switch (error) {
      case MangruException known -> known(known, response);
      case IOException _, IllegalStateException _ -> broken(error, request, response);
      default -> bug(error, request, response);
    }
  }

  @ExceptionHandler(MangruException.class)
  void known(MangruException error, HttpServletResponse response) throws IOException {
    if (error.code() == ErrorCode.INTERNAL) {
      faults.report("http", error);
    }
    if (response.isCommitted()) {
      throw error; // the status is gone already; the container breaks the connection off
    }
    JsonAnswer.retryAfter(response, error);
    JsonAnswer.error(response, error.code(), error.text());
  }

  @ExceptionHandler({NoHandlerFoundException.class, NoResourceFoundException.class})
  void nowhere(HttpServletRequest request, HttpServletResponse response) throws IOException {
    JsonAnswer.error(
        response,
        ErrorCode.NOT_FOUND,
        "there is nothing at " + request.getMethod() + " " + request.getRequestURI());
  }

  @ExceptionHandler(HttpRequestMethodNotSupportedException.class)
  void wrongMethod(
      HttpRequestMethodNotSupportedException error,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    String[] methods = error.getSupportedMethods();
    wrongMethod(methods == null ? "" : String.join(", ", methods), request, response);
  }

  /// Answers a method that a path does not have.
  ///
  /// @param allowed those that it has, as in the header `Allow`
  public static void wrongMethod(
      String allowed, HttpServletRequest request, HttpServletResponse response) throws IOException {
    response.setHeader("Allow", allowed);
    JsonAnswer.error(
        response,
        HttpServletResponse.SC_METHOD_NOT_ALLOWED,
        "bad_data",
        request.getMethod() + " is not allowed at " + request.getRequestURI() + "; use " + allowed);
  }

  @ExceptionHandler(HttpMediaTypeNotSupportedException.class)
  void wrongType(HttpMediaTypeNotSupportedException error, HttpServletResponse response)
      throws IOException {
    JsonAnswer.error(
        response, ErrorCode.UNSUPPORTED_MEDIA_TYPE, String.valueOf(error.getMessage()));
  }

  /// The client went away, or its parameters cannot be decoded.
  @ExceptionHandler({IOException.class, IllegalStateException.class})
  void broken(Exception error, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (error.getClass().getName().endsWith("InvalidParameterException")) {
      JsonAnswer.error(
          response,
          ErrorCode.BAD_DATA,
          "the parameters of " + request.getRequestURI() + " cannot be decoded");
      return;
    }
    if (error instanceof IOException && !response.isCommitted()) {
      JsonAnswer.error(response, ErrorCode.CANCELED, "the connection broke off");
      return;
    }
    bug(error, request, response);
  }

  @ExceptionHandler(Exception.class)
  void bug(Exception error, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (error instanceof IOException || error instanceof JacksonIOException) {
      return; // nobody is left to be told
    }
    faults.report("http " + request.getRequestURI(), error);
    if (!response.isCommitted()) {
      JsonAnswer.error(
          response,
          ErrorCode.INTERNAL,
          "an error that should not happen; Mangru's log tells more ("
              + error.getClass().getName()
              + ")");
    }
  }
}
