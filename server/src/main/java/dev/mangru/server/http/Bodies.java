package dev.mangru.server.http;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// The one place that reads and decompresses request bodies. Thread-safe.
///
/// Every declared length is checked before anything is allocated for it, every stream is cut at a
/// cap while it is read, and all bodies together are bounded by [BytesInFlight]. So neither a
/// decompression bomb nor a lying header can take more memory than the limits say. Arrays are used
/// again; those that lie idle are a quarter of the bytes in flight at most, and do not count there.
public final class Bodies {

  /// Snappy's densest element, a copy of 64 bytes, takes 3 bytes (format_description.txt, 2.2.2). A
  /// body that declares more than that ratio lies.
  private static final long SNAPPY_MAX_RATIO = 22;

  /// Largest zstd window, as a power of two: 8 MiB, which RFC 8878 3.1.1.1.2 recommends every
  /// decoder to support and no encoder to exceed.
  private static final int ZSTD_MAX_WINDOW_LOG = 23;

  private static final int CHUNK = 64 * 1024;

  /// Room for a body that declares its length, before any of it is there. A sender that declares
  /// much and sends little takes no more; a body of 2,000 samples takes a third.
  private static final int DECLARED_CHUNK = 256 * 1024;

  private static final byte[] NOTHING = {};

  private final BodyLimits limits;
  private final BytesInFlight inFlight;
  private final BufferPool pool;
  private final Ticker ticker;

  /// @param ticker measures how long a body takes to arrive
  public Bodies(BodyLimits limits, BytesInFlight inFlight, Ticker ticker) {
    this.limits = limits;
    this.inFlight = inFlight;
    this.pool = new BufferPool(inFlight.limit() / 4);
    this.ticker = ticker;
  }

  /// What one body may take.
  ///
  /// @param maxBytes as sent
  /// @param maxDecodedBytes after decompression
  /// @param maxDuration from the first to the last byte
  public record BodyLimits(int maxBytes, int maxDecodedBytes, Duration maxDuration) {
    public BodyLimits {
      if (maxBytes <= 0 || maxDecodedBytes <= 0 || !maxDuration.isPositive()) {
        throw new IllegalArgumentException(
            "body limits must be positive: "
                + maxBytes
                + " bytes, "
                + maxDecodedBytes
                + " bytes decoded, "
                + maxDuration);
      }
    }
  }

  /// Bytes of arrays that wait for the next body.
  public long idleBytes() {
    return pool.idleBytes();
  }

  /// A decompressed body. Its bytes count as in flight until it is closed. Confined to one thread.
  public static final class Body implements AutoCloseable {

    private final BufferPool pool;
    private final BytesInFlight.Lease lease;
    private byte[] array;
    private int length;

    private Body(BufferPool pool, BytesInFlight.Lease lease) {
      this.pool = pool;
      this.lease = lease;
      this.array = NOTHING;
    }

    /// The array that the body lies in, from 0 to [#length]; what comes after means nothing. It
    /// serves another request once this body is closed.
    public byte[] array() {
      return array;
    }

    /// How many bytes the body has.
    public int length() {
      return length;
    }

    /// A copy of the body, which stays what it is when the body is closed.
    ///
    /// @throws MangruException `OVERLOADED`
    public byte[] bytes() {
      lease.grow(length);
      return Arrays.copyOf(array, length);
    }

    /// Takes the place of what was there, which goes back to the pool.
    private void become(byte[] bytes, int count) {
      byte[] before = array;
      array = bytes;
      length = count;
      pool.give(before);
      lease.shrink(before.length);
    }

    /// How many bytes may still be written, if the body may have `max`.
    private int room(int max) {
      return Math.min(array.length, max) - length;
    }

    /// Makes room for at least `capacity` bytes and keeps those that are there.
    private void grow(int capacity) {
      lease.grow(BufferPool.capacity(capacity));
      byte[] larger = pool.take(capacity);
      System.arraycopy(array, 0, larger, 0, length);
      become(larger, length);
    }

    @Override
    public void close() {
      become(NOTHING, 0);
      lease.close();
    }
  }

  /// Reads the request's body to its end and decompresses it.
  ///
  /// @throws MangruException `BODY_TOO_LARGE`, `OVERLOADED`, `TIMEOUT`, or `BAD_DATA` for bytes
  ///   that do not decompress
  /// @throws IOException if the client goes away
  public Body read(HttpServletRequest request, ContentCoding coding) throws IOException {
    Body body = new Body(pool, inFlight.lease());
    boolean done = false;
    try {
      receive(request, body);
      switch (coding) {
        case IDENTITY -> {}
        case SNAPPY -> snappy(body);
        case ZSTD -> zstd(body);
        case GZIP -> gzip(body);
      }
      done = true;
      return body;
    } finally {
      if (!done) {
        body.close();
      }
    }
  }

  private void receive(HttpServletRequest request, Body body) throws IOException {
    long declared = request.getContentLengthLong();
    if (declared > limits.maxBytes) {
      throw tooLarge("a body of " + declared + " bytes", limits.maxBytes, "mangru.http.max-body");
    }
    long start = ticker.read();
    body.grow((int) Math.max(1, declared < 0 ? CHUNK : Math.min(declared, DECLARED_CHUNK)));
    InputStream in = request.getInputStream();
    while (true) {
      if (full(in, body, limits.maxBytes, "mangru.http.max-body")) {
        return;
      }
      int count = in.read(body.array, body.length, body.room(limits.maxBytes));
      if (count < 0) {
        return;
      }
      body.length += count;
      if (ticker.read() - start > limits.maxDuration.toNanos()) {
        throw new MangruException(
            ErrorCode.TIMEOUT,
            "the body did not arrive within "
                + limits.maxDuration
                + "; "
                + body.length
                + " bytes did");
      }
    }
  }

  /// Makes sure that there is room for what is left of `in`; true if nothing is left.
  private static boolean full(InputStream in, Body body, int max, String option)
      throws IOException {
    if (body.length < Math.min(body.array.length, max)) {
      return false;
    }
    int next = in.read();
    if (next < 0) {
      return true;
    }
    if (body.length >= max) {
      throw tooLarge("a body of more than " + max + " bytes", max, option);
    }
    if (body.length == body.array.length) {
      body.grow((int) Math.min(max, 2L * body.length));
    }
    body.array[body.length++] = (byte) next;
    return false;
  }

  private void snappy(Body body) {
    byte[] sent = body.array;
    int sentLength = body.length;
    long declared = SnappyBlock.declaredLength(sent, sentLength);
    if (declared > limits.maxDecodedBytes) {
      throw tooLarge(
          "a snappy body that declares " + declared + " bytes",
          limits.maxDecodedBytes,
          "mangru.http.max-decoded-body");
    }
    if (declared > SNAPPY_MAX_RATIO * sentLength) {
      throw corrupt(
          "snappy", declared + " bytes are declared, more than " + sentLength + " can hold");
    }
    body.lease.grow(BufferPool.capacity((int) declared));
    byte[] decoded = pool.take((int) declared);
    boolean done = false;
    try {
      SnappyBlock.decode(sent, sentLength, decoded, (int) declared);
      done = true;
    } finally {
      if (!done) {
        pool.give(decoded);
      }
    }
    body.become(decoded, (int) declared);
  }

  private void zstd(Body body) {
    long declared =
        body.length == 0 ? 0 : Zstd.getFrameContentSize(body.array, 0, body.length, false);
    if (declared > limits.maxDecodedBytes) {
      throw tooLarge(
          "a zstd body that declares " + declared + " bytes",
          limits.maxDecodedBytes,
          "mangru.http.max-decoded-body");
    }
    try (ZstdInputStreamNoFinalizer in = new ZstdInputStreamNoFinalizer(sent(body))) {
      in.setLongMax(ZSTD_MAX_WINDOW_LOG);
      drain(in, body);
    } catch (IOException e) {
      throw corrupt("zstd", String.valueOf(e.getMessage()));
    }
  }

  private void gzip(Body body) {
    try (GZIPInputStream in = new GZIPInputStream(sent(body), CHUNK)) {
      drain(in, body);
    } catch (IOException e) {
      throw corrupt("gzip", String.valueOf(e.getMessage()));
    }
  }

  private static InputStream sent(Body body) {
    return new ByteArrayInputStream(body.array, 0, body.length);
  }

  /// Replaces what was sent by what `in` makes of it.
  private void drain(InputStream in, Body body) throws IOException {
    Body decoded = new Body(pool, body.lease);
    try {
      decoded.grow((int) Math.min(limits.maxDecodedBytes, Math.max(1024, 2L * body.length)));
      while (!full(in, decoded, limits.maxDecodedBytes, "mangru.http.max-decoded-body")) {
        int count = in.read(decoded.array, decoded.length, decoded.room(limits.maxDecodedBytes));
        if (count < 0) {
          break;
        }
        decoded.length += count;
      }
      body.become(decoded.array, decoded.length);
      decoded.array = NOTHING;
    } finally {
      decoded.become(NOTHING, 0);
    }
  }

  private static MangruException tooLarge(String what, int limit, String option) {
    return new MangruException(
        ErrorCode.BODY_TOO_LARGE,
        what + " exceeds the limit of " + limit + " (" + option + "); send smaller batches");
  }

  private static MangruException corrupt(String coding, String why) {
    return MangruException.badData("the body does not decompress as " + coding + ": " + why);
  }
}
