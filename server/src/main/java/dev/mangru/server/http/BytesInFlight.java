package dev.mangru.server.http;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.util.concurrent.atomic.AtomicLong;

/// Counts the bytes of all request bodies being read, decompressed or decoded, and refuses more
/// than a limit. Virtual threads bound nothing by themselves, so this is the back pressure of
/// ingestion.
///
/// Thread-safe.
public final class BytesInFlight {

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  /// @param limit bytes that all requests together may hold, positive
  public BytesInFlight(long limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("the limit of bytes in flight must be positive: " + limit);
    }
    this.limit = limit;
  }

  /// Bytes held now.
  public long held() {
    return held.get();
  }

  /// Bytes that all requests together may hold.
  long limit() {
    return limit;
  }

  /// Begins a request's account, with nothing in it.
  Lease lease() {
    return new Lease();
  }

  /// What one request holds. Confined to its thread; close it.
  final class Lease implements AutoCloseable {

    private long mine;

    private Lease() {}

    /// Takes `bytes` more.
    ///
    /// @throws MangruException `OVERLOADED` if all requests together would hold too much
    void grow(long bytes) {
      long now = held.addAndGet(bytes);
      if (now > limit) {
        held.addAndGet(-bytes);
        throw new MangruException(
            ErrorCode.OVERLOADED,
            "request bodies under way hold "
                + (now - bytes)
                + " bytes, and "
                + bytes
                + " more would exceed the limit of "
                + limit
                + " (mangru.http.max-bytes-in-flight); send it again later");
      }
      mine += bytes;
    }

    /// Gives `bytes` of what was taken back.
    void shrink(long bytes) {
      held.addAndGet(-bytes);
      mine -= bytes;
    }

    /// Gives everything back.
    @Override
    public void close() {
      held.addAndGet(-mine);
      mine = 0;
    }
  }
}
