package dev.mangru.collector.tail;

import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One known file: where reading goes on, and what proves that it is still the same file. Confined
/// to the tailing thread.
final class FileCursor {

  /// Bytes before the offset that every read compares with what was read before: finds a file that
  /// was cut and has already grown past the offset again.
  static final int LOOKBACK = 64;

  /// What a file is to us.
  enum State {
    /// Its path leads to it.
    FOLLOWED,
    /// It was renamed or deleted; read to its end, held open for a while.
    ROTATED,
    /// A rotated file read to its end; opened again only if it grows.
    DONE
  }

  /// What is remembered of a file that was cut, to find the copy that was made of it.
  record Cut(Fingerprint head, long offset, long size) {}

  private final long id;
  private final Path origin;
  private final LogSource source;
  private final Labels labels;
  private final Map<String, Labels> labelsByOutput = new HashMap<>(4);
  private final TailOptions options;

  private final String fileKey;
  private Path path;
  private State state = State.FOLLOWED;
  private LineDecoder decoder;
  private @Nullable FileChannel channel;
  private long offset;
  private boolean skipping;
  private long size;

  private final byte[] lookback = new byte[LOOKBACK];
  private int lookbackLength;
  private @Nullable Fingerprint fullHead;

  private @Nullable Cut cut;
  private long lastGrowthTicks;
  private long scannedSize = -1;
  private boolean gone;
  private int misses;

  FileCursor(long id, FileFinder.Found found, Labels labels, TailOptions options, long ticks) {
    this.id = id;
    this.origin = found.origin();
    this.source = found.source();
    this.labels = labels;
    this.options = options;
    this.fileKey = found.fileKey();
    this.path = found.path();
    this.decoder = newDecoder();
    this.size = found.size();
    this.lastGrowthTicks = ticks;
  }

  // --- who it is ---

  long id() {
    return id;
  }

  Path origin() {
    return origin;
  }

  LogSource source() {
    return source;
  }

  Labels labels(String output) {
    return output.isEmpty()
        ? labels
        : labelsByOutput.computeIfAbsent(
            output, name -> labels.toBuilder().set(StreamLabels.STREAM, name).build());
  }

  String fileKey() {
    return fileKey;
  }

  Path path() {
    return path;
  }

  void moveTo(Path newPath) {
    path = newPath;
  }

  State state() {
    return state;
  }

  void state(State newState) {
    state = newState;
  }

  // --- where it is ---

  long offset() {
    return offset;
  }

  boolean skipping() {
    return skipping;
  }

  void skipping(boolean now) {
    skipping = now;
  }

  long size() {
    return size;
  }

  void size(long bytes) {
    size = bytes;
  }

  long lastGrowthTicks() {
    return lastGrowthTicks;
  }

  void grew(long ticks) {
    lastGrowthTicks = ticks;
  }

  /// The size up to which no further end of line was found; -1 if unknown.
  long scannedSize() {
    return scannedSize;
  }

  void scannedSize(long bytes) {
    scannedSize = bytes;
  }

  /// Counts one more discovery that did not find it; gives how many in a row.
  int missed() {
    return ++misses;
  }

  /// Whether no path leads to it any more.
  boolean gone() {
    return gone;
  }

  void gone(boolean now) {
    gone = now;
    if (!now) {
      misses = 0;
    }
  }

  LineDecoder decoder() {
    return decoder;
  }

  @Nullable Cut cut() {
    return cut;
  }

  void forgetCut() {
    cut = null;
  }

  /// Moves on to `newOffset`, whose preceding bytes are `buffer[from, end)`.
  void advance(long newOffset, byte[] buffer, int from, int end) {
    offset = newOffset;
    int count = Math.min(LOOKBACK, end - from);
    System.arraycopy(buffer, end - count, lookback, 0, count);
    lookbackLength = count;
  }

  /// Goes on at an offset that an earlier run, or the rule for old files, gives. The file is open.
  void resume(long newOffset, boolean inOverlongLine) throws IOException {
    offset = newOffset;
    skipping = inOverlongLine;
    int count = (int) Math.min(LOOKBACK, newOffset);
    lookbackLength = readAt(open(), newOffset - count, count) ? count : 0;
  }

  private boolean readAt(FileChannel file, long at, int count) throws IOException {
    ByteBuffer target = ByteBuffer.wrap(lookback, 0, count);
    while (target.hasRemaining()) {
      if (file.read(target, at + target.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  /// Whether an open file holds what was read before the offset. Nothing read yet fits every file.
  boolean fits(FileChannel file) throws IOException {
    if (file.size() < offset) {
      return false;
    }
    byte[] bytes = new byte[lookbackLength];
    ByteBuffer target = ByteBuffer.wrap(bytes);
    while (target.hasRemaining()) {
      if (file.read(target, offset - lookbackLength + target.position()) < 0) {
        return false;
      }
    }
    return Arrays.equals(bytes, 0, lookbackLength, lookback, 0, lookbackLength)
        && (offset == 0 || lookbackLength > 0);
  }

  /// Starts again at the first byte of a file that was cut.
  void restart(long nowSize) throws IOException {
    Fingerprint head = fullHead;
    FileChannel file = channel;
    if (head == null) {
      // The file is cut already: what the lookback still knows of a short file is its head.
      head =
          offset <= lookbackLength
              ? Fingerprint.of(lookback, 0, lookbackLength)
              : file == null ? Fingerprint.EMPTY : Fingerprint.head(file, 0);
    }
    cut = new Cut(head, offset, Math.max(size, offset));
    offset = 0;
    skipping = false;
    lookbackLength = 0;
    fullHead = null;
    scannedSize = -1;
    size = nowSize;
    decoder = newDecoder();
  }

  private LineDecoder newDecoder() {
    return LineDecoder.of(source.format(), options.maxLineBytes(), options.zone());
  }

  /// Where reading must start again after a restart of the agent, with its proof.
  Position position(long nowMs) {
    long safe = Math.min(offset, decoder.pendingOffset());
    Fingerprint head = Fingerprint.EMPTY;
    Fingerprint before = Fingerprint.EMPTY;
    FileChannel file = channel;
    if (file != null && safe > 0) {
      try {
        head = head(file, safe);
        before = Fingerprint.before(file, safe);
      } catch (IOException e) {
        // Without proof the file is read again from its start: repeated, not lost.
        return new Position(
            path, origin, fileKey, 0, false, Fingerprint.EMPTY, Fingerprint.EMPTY, size, nowMs);
      }
    } else {
      safe = 0;
    }
    return new Position(
        path, origin, fileKey, safe, skipping && safe == offset, head, before, size, nowMs);
  }

  /// The first bytes' fingerprint, cached once it covers all it can.
  private Fingerprint head(FileChannel file, long limit) throws IOException {
    Fingerprint known = fullHead;
    if (known != null && limit >= Fingerprint.MAX_BYTES) {
      return known;
    }
    Fingerprint head = Fingerprint.head(file, limit);
    if (head.length() == Fingerprint.MAX_BYTES) {
      fullHead = head;
    }
    return head;
  }

  // --- reading ---

  boolean isOpen() {
    return channel != null;
  }

  /// The open file, opened if it was not.
  FileChannel open() throws IOException {
    FileChannel file = channel;
    if (file == null) {
      file = FileFinder.open(path, fileKey);
      channel = file;
    }
    return file;
  }

  void close() throws IOException {
    FileChannel file = channel;
    channel = null;
    if (file != null) {
      file.close();
    }
  }

  /// Fills `buffer` from the offset on, after the lookback.
  ///
  /// @return where the new bytes end in `buffer`, exclusive; they begin at [#LOOKBACK]. Negative if
  ///   the bytes before the offset are not those that were read: the file was cut
  int fill(byte[] buffer) throws IOException {
    FileChannel file = open();
    int known = lookbackLength;
    int start = LOOKBACK - known;
    ByteBuffer target = ByteBuffer.wrap(buffer, start, buffer.length - start);
    long at = offset - known;
    while (target.hasRemaining()) {
      int read = file.read(target, at);
      if (read < 0) {
        break;
      }
      at += read;
    }
    int end = target.position();
    if (end < LOOKBACK || !Arrays.equals(buffer, start, LOOKBACK, lookback, 0, known)) {
      return -1;
    }
    return end;
  }

  /// Where the known bytes begin in a filled buffer.
  int filledFrom() {
    return LOOKBACK - lookbackLength;
  }
}
