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
import org.xerial.snappy.Snappy;

/// The one place that reads and decompresses request bodies. Thread-safe.
///
/// Every declared length is checked before anything is allocated for it, every stream is cut at a
/// cap while it is read, and all bodies together are bounded by [BytesInFlight]. So neither a
/// decompression bomb nor a lying header can take more memory than the limits say.
public final class Bodies {

  /// Snappy's densest element, a copy of 64 bytes, takes 3 bytes (format_description.txt, 2.2.2). A
  /// body that declares more than that ratio lies.
  private static final long SNAPPY_MAX_RATIO = 22;

  /// Largest zstd window, as a power of two: 8 MiB, which RFC 8878 3.1.1.1.2 recommends every
  /// decoder to support and no encoder to exceed.
  private static final int ZSTD_MAX_WINDOW_LOG = 23;

  private static final int CHUNK = 64 * 1024;

  private final BodyLimits limits;
  private final BytesInFlight inFlight;
  private final Ticker ticker;

  /// @param ticker measures how long a body takes to arrive
  public Bodies(BodyLimits limits, BytesInFlight inFlight, Ticker ticker) {
    this.limits = limits;
    this.inFlight = inFlight;
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

  /// A decompressed body. Its bytes count as in flight until it is closed.
  public static final class Body implements AutoCloseable {

    private final byte[] bytes;
    private final BytesInFlight.Lease lease;

    private Body(byte[] bytes, BytesInFlight.Lease lease) {
      this.bytes = bytes;
      this.lease = lease;
    }

    /// The bytes; the caller's until the body is closed.
    public byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      lease.close();
    }
  }

  /// Reads the request's body to its end and decompresses it.
  ///
  /// @throws MangruException `BODY_TOO_LARGE`, `OVERLOADED`, `TIMEOUT`, or `BAD_DATA` for bytes
  ///   that do not decompress
  /// @throws IOException if the client goes away
  public Body read(HttpServletRequest request, ContentCoding coding) throws IOException {
    BytesInFlight.Lease lease = inFlight.lease();
    boolean done = false;
    try {
      byte[] sent = receive(request, lease);
      byte[] bytes =
          switch (coding) {
            case IDENTITY -> sent;
            case SNAPPY -> snappy(sent, lease);
            case ZSTD -> zstd(sent, lease);
            case GZIP -> gzip(sent, lease);
          };
      done = true;
      return new Body(bytes, lease);
    } finally {
      if (!done) {
        lease.close();
      }
    }
  }

  private byte[] receive(HttpServletRequest request, BytesInFlight.Lease lease) throws IOException {
    long declared = request.getContentLengthLong();
    if (declared > limits.maxBytes) {
      throw tooLarge("a body of " + declared + " bytes", limits.maxBytes, "mangru.http.max-body");
    }
    long start = ticker.read();
    byte[] buffer = new byte[(int) Math.max(1, Math.min(declared < 0 ? CHUNK : declared, CHUNK))];
    lease.grow(buffer.length);
    int length = 0;
    InputStream in = request.getInputStream();
    while (true) {
      if (length == buffer.length) {
        int next = in.read();
        if (next < 0) {
          return buffer;
        }
        buffer = larger(buffer, limits.maxBytes, lease, "mangru.http.max-body");
        buffer[length++] = (byte) next;
      }
      int count = in.read(buffer, length, buffer.length - length);
      if (count < 0) {
        return Arrays.copyOf(buffer, length);
      }
      length += count;
      if (ticker.read() - start > limits.maxDuration.toNanos()) {
        throw new MangruException(
            ErrorCode.TIMEOUT,
            "the body did not arrive within " + limits.maxDuration + "; " + length + " bytes did");
      }
    }
  }

  private byte[] snappy(byte[] sent, BytesInFlight.Lease lease) {
    long declared = snappyLength(sent);
    if (declared > limits.maxDecodedBytes) {
      throw tooLarge(
          "a snappy body that declares " + declared + " bytes",
          limits.maxDecodedBytes,
          "mangru.http.max-decoded-body");
    }
    if (declared > SNAPPY_MAX_RATIO * sent.length) {
      throw corrupt(
          "snappy", declared + " bytes are declared, more than " + sent.length + " can hold");
    }
    lease.grow(declared);
    byte[] decoded = new byte[(int) declared];
    try {
      int length = Snappy.uncompress(sent, 0, sent.length, decoded, 0);
      if (length != declared) {
        throw corrupt("snappy", declared + " bytes are declared, " + length + " are there");
      }
      return decoded;
    } catch (IOException e) {
      throw corrupt("snappy", String.valueOf(e.getMessage()));
    }
  }

  /// The length that a snappy body begins with: a varint of at most 32 bits.
  private static long snappyLength(byte[] sent) {
    long length = 0;
    for (int i = 0; i < 5 && i < sent.length; i++) {
      length |= (long) (sent[i] & 0x7f) << (7 * i);
      if (sent[i] >= 0) {
        return length;
      }
    }
    throw corrupt("snappy", "it does not begin with a length");
  }

  private byte[] zstd(byte[] sent, BytesInFlight.Lease lease) {
    long declared = sent.length == 0 ? 0 : Zstd.getFrameContentSize(sent);
    if (declared > limits.maxDecodedBytes) {
      throw tooLarge(
          "a zstd body that declares " + declared + " bytes",
          limits.maxDecodedBytes,
          "mangru.http.max-decoded-body");
    }
    try (ZstdInputStreamNoFinalizer in =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(sent))) {
      in.setLongMax(ZSTD_MAX_WINDOW_LOG);
      return drain(in, sent.length, lease);
    } catch (IOException e) {
      throw corrupt("zstd", String.valueOf(e.getMessage()));
    }
  }

  private byte[] gzip(byte[] sent, BytesInFlight.Lease lease) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(sent), CHUNK)) {
      return drain(in, sent.length, lease);
    } catch (IOException e) {
      throw corrupt("gzip", String.valueOf(e.getMessage()));
    }
  }

  private byte[] drain(InputStream in, int sentLength, BytesInFlight.Lease lease)
      throws IOException {
    byte[] buffer = new byte[Math.min(limits.maxDecodedBytes, Math.max(1024, 2 * sentLength))];
    lease.grow(buffer.length);
    int length = 0;
    while (true) {
      int count = in.read(buffer, length, buffer.length - length);
      if (count < 0) {
        return Arrays.copyOf(buffer, length);
      }
      length += count;
      if (length == buffer.length) {
        int next = in.read();
        if (next < 0) {
          return buffer;
        }
        buffer = larger(buffer, limits.maxDecodedBytes, lease, "mangru.http.max-decoded-body");
        buffer[length++] = (byte) next;
      }
    }
  }

  private static byte[] larger(byte[] full, int max, BytesInFlight.Lease lease, String option) {
    if (full.length >= max) {
      throw tooLarge("a body of more than " + max + " bytes", max, option);
    }
    int size = (int) Math.min(max, 2L * full.length);
    lease.grow(size - full.length);
    return Arrays.copyOf(full, size);
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
