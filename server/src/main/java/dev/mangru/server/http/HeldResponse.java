package dev.mangru.server.http;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// A response whose first bytes are held until it is decided how it goes out. Confined to the
/// request's thread.
final class HeldResponse extends HttpServletResponseWrapper {

  /// Below this an answer is sent as it is: it fits one packet. Chosen.
  static final int WORTH_COMPRESSING = 1024;

  /// Most bytes that are held to tell whether the caller has them. Chosen.
  static final int MAX_HELD = 64 * 1024;

  /// Speed comes first: answers are made once and read once.
  private static final int ZSTD_LEVEL = 1;

  private static final int DEFLATE_LEVEL = 4;

  private static final int BUFFER = 8 * 1024;

  private static final HexFormat HEX = HexFormat.of();

  private final @Nullable AcceptedCoding accepted;
  private final boolean revalidates;
  private final @Nullable String known;
  private final Stream stream = new Stream();
  private byte[] held = new byte[WORTH_COMPRESSING];
  private int count;
  private @Nullable OutputStream out;
  private @Nullable Sink sink;
  private @Nullable Deflater deflater;
  private @Nullable PrintWriter writer;

  /// @param accepted how it may be compressed; null for not at all
  /// @param revalidates whether it gets an `ETag`
  /// @param known what the caller has already: the header `If-None-Match`
  HeldResponse(
      HttpServletResponse response,
      @Nullable AcceptedCoding accepted,
      boolean revalidates,
      @Nullable String known) {
    super(response);
    this.accepted = accepted;
    this.revalidates = revalidates;
    this.known = known;
  }

  private HttpServletResponse response() {
    return (HttpServletResponse) getResponse();
  }

  // ---- what handlers do -----------------------------------------------------------------------

  @Override
  public ServletOutputStream getOutputStream() {
    return stream;
  }

  @Override
  public PrintWriter getWriter() {
    PrintWriter known = writer;
    if (known == null) {
      known = new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
      writer = known;
    }
    return known;
  }

  /// The length is told when it is known how the answer goes out.
  @Override
  public void setContentLength(int length) {}

  @Override
  public void setContentLengthLong(long length) {}

  @Override
  public void setHeader(String name, String value) {
    if (!name.equalsIgnoreCase("Content-Length")) {
      super.setHeader(name, value);
    }
  }

  @Override
  public void flushBuffer() throws IOException {
    stream.flush();
  }

  @Override
  public boolean isCommitted() {
    return out != null || super.isCommitted();
  }

  @Override
  public void resetBuffer() {
    super.resetBuffer();
    count = 0;
  }

  @Override
  public void reset() {
    super.reset();
    count = 0;
  }

  @Override
  public void sendError(int status) throws IOException {
    count = 0;
    super.sendError(status);
  }

  @Override
  public void sendError(int status, String message) throws IOException {
    count = 0;
    super.sendError(status, message);
  }

  // ---- how the answer goes out ----------------------------------------------------------------

  private boolean isEvents() {
    String type = getContentType();
    return type != null && type.startsWith("text/event-stream");
  }

  /// Whether the answer is of a kind that gets smaller, and nobody has compressed it.
  private boolean compressible() {
    String type = getContentType();
    if (type == null || getHeader("Content-Encoding") != null) {
      return false;
    }
    String name = type.toLowerCase(Locale.ROOT);
    return (name.startsWith("text/") && !name.startsWith("text/event-stream"))
        || name.startsWith("application/json")
        || name.startsWith("application/x-ndjson")
        || name.startsWith("application/yaml")
        || name.startsWith("application/openmetrics-text")
        || name.startsWith("application/vnd.google.protobuf")
        || name.startsWith("application/octet-stream");
  }

  /// Begins to send: what is held, and what follows as it comes.
  private OutputStream begin() throws IOException {
    OutputStream target = response().getOutputStream();
    if (compressible()) {
      addHeader("Vary", "Accept-Encoding");
      AcceptedCoding coding = accepted;
      if (coding != null && count >= WORTH_COMPRESSING) {
        super.setHeader("Content-Encoding", coding.word());
        Sink to = new Sink(target);
        sink = to;
        target = compressing(coding, to);
      }
    }
    out = target;
    target.write(held, 0, count);
    count = 0;
    return target;
  }

  private OutputStream compressing(AcceptedCoding coding, OutputStream target) throws IOException {
    return switch (coding) {
      case ZSTD -> new ZstdOutputStreamNoFinalizer(target, ZSTD_LEVEL);
      case GZIP -> new Gzip(target);
      case DEFLATE -> {
        Deflater made = new Deflater(DEFLATE_LEVEL);
        deflater = made;
        yield new DeflaterOutputStream(target, made, BUFFER);
      }
    };
  }

  /// Sends what is left. The handler has returned.
  void finish() throws IOException {
    PrintWriter written = writer;
    if (written != null) {
      written.flush();
    }
    if (out == null && !super.isCommitted()) {
      if (count == 0) {
        return;
      }
      if (revalidates && getStatus() == SC_OK && has(entityTag())) {
        return;
      }
      if (accepted == null || count < WORTH_COMPRESSING || !compressible()) {
        super.setContentLength(count);
      }
    }
    OutputStream target = out == null ? begin() : out;
    if (sink == null) {
      target.flush();
    } else {
      close(target);
    }
  }

  /// Lets go of what was begun without ending it. The handler has failed, and the connection breaks
  /// off.
  void abandon() throws IOException {
    Sink to = sink;
    OutputStream target = out;
    if (to != null && target != null) {
      to.discards = true;
      close(target);
    }
  }

  private void close(OutputStream compressing) throws IOException {
    compressing.close();
    Deflater made = deflater;
    if (made != null) {
      made.end();
    }
  }

  /// A weak one, because the bytes may go out compressed.
  private String entityTag() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(held, 0, count);
      String tag = "W/\"" + HEX.formatHex(digest.digest(), 0, 16) + "\"";
      super.setHeader("ETag", tag);
      // May be kept, but has to be asked for again each time.
      super.setHeader("Cache-Control", "private, no-cache");
      return tag;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// Answers 304 if the caller has this already.
  private boolean has(String tag) {
    if (known == null || !matches(known, tag)) {
      return false;
    }
    addHeader("Vary", "Accept-Encoding");
    response().setStatus(SC_NOT_MODIFIED);
    return true;
  }

  private static boolean matches(String header, String tag) {
    if (header.strip().equals("*")) {
      return true;
    }
    String strong = tag.substring(2);
    for (String each : header.split(",", 64)) {
      String stripped = each.strip();
      if (stripped.equals(tag) || stripped.equals(strong)) {
        return true;
      }
    }
    return false;
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    OutputStream target = out;
    if (target == null) {
      int most = revalidates && !isEvents() ? MAX_HELD : WORTH_COMPRESSING;
      if (count + length <= most) {
        if (count + length > held.length) {
          held = Arrays.copyOf(held, Math.min(most, Math.max(count + length, 2 * held.length)));
        }
        System.arraycopy(bytes, offset, held, count, length);
        count += length;
        return;
      }
      if (count < WORTH_COMPRESSING) {
        // Filled up, so that what is long enough is known to be.
        int more = Math.min(length, held.length - count);
        System.arraycopy(bytes, offset, held, count, more);
        count += more;
        begin().write(bytes, offset + more, length - more);
        return;
      }
      target = begin();
    }
    target.write(bytes, offset, length);
  }

  private final class Stream extends ServletOutputStream {

    @Override
    public void write(int b) throws IOException {
      HeldResponse.this.write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      HeldResponse.this.write(bytes, offset, length);
    }

    /// Held bytes wait for more, except in a stream of events.
    @Override
    public void flush() throws IOException {
      OutputStream target = out;
      if (target == null && isEvents()) {
        target = begin();
      }
      if (target != null && sink == null) {
        target.flush();
      }
    }

    /// Handlers close what they have written; the answer ends when they return.
    @Override
    public void close() throws IOException {
      flush();
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      throw new IllegalStateException("answers are written as the caller's thread makes them");
    }
  }

  /// Where compressed bytes go. Ends nothing; can be told to let go of what still comes.
  private static final class Sink extends OutputStream {

    private final OutputStream target;
    private boolean discards;

    private Sink(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
      if (!discards) {
        target.write(b);
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (!discards) {
        target.write(bytes, offset, length);
      }
    }

    @Override
    public void flush() throws IOException {
      if (!discards) {
        target.flush();
      }
    }
  }

  /// With a level of its own.
  private static final class Gzip extends GZIPOutputStream {

    private Gzip(OutputStream target) throws IOException {
      super(target, BUFFER);
      def.setLevel(DEFLATE_LEVEL);
    }
  }
}
