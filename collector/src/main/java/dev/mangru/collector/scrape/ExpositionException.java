package dev.mangru.collector.scrape;

import java.io.IOException;

/// A page of metrics that cannot be understood. The message quotes the spot.
public final class ExpositionException extends IOException {

  private static final long serialVersionUID = 1L;

  ExpositionException(String message) {
    super(message);
  }

  /// The message; never null.
  public String text() {
    String message = getMessage();
    return message == null ? "page cannot be understood" : message;
  }
}
