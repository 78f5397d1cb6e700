package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/// A request's body that goes to a file as it comes, and so may be longer than what [Bodies] takes
/// into memory: of a bounded length, and here within a bounded time. That the client went away is
/// an [UncheckedIOException], so that nobody takes it for a disk that failed. Confined to one
/// thread.
public final class TimedBody extends InputStream {

  private final InputStream in;
  private final long maxBytes;
  private final Duration maxDuration;
  private final Ticker ticker;
  private final long started;
  private long read;

  /// @param maxDuration from now to the last byte
  /// @throws MangruException `BODY_TOO_LARGE` if the request declares more than `maxBytes`
  public TimedBody(HttpServletRequest request, long maxBytes, Duration maxDuration, Ticker ticker)
      throws IOException {
    this.maxBytes = maxBytes;
    this.maxDuration = maxDuration;
    this.ticker = ticker;
    this.started = ticker.read();
    if (request.getContentLengthLong() > maxBytes) {
      throw tooLarge("a body of " + request.getContentLengthLong() + " bytes");
    }
    this.in = request.getInputStream();
  }

  private MangruException tooLarge(String what) {
    return new MangruException(
        ErrorCode.BODY_TOO_LARGE,
        what + " exceeds the limit of " + maxBytes + " here; send it in smaller pieces");
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    int count;
    try {
      count = in.read(bytes, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (count > 0) {
      read += count;
      if (read > maxBytes) {
        throw tooLarge("a body of more than " + maxBytes + " bytes");
      }
      if (ticker.read() - started > maxDuration.toNanos()) {
        throw new MangruException(
            ErrorCode.TIMEOUT,
            "the body did not arrive within " + maxDuration + "; " + read + " bytes did");
      }
    }
    return count;
  }
}
