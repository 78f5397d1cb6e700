package dev.mangru.tsdb.ingest;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.wire.ProtobufReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// The symbols of one remote write 2.0 body: hashed once, made into strings when somebody asks.
/// Confined to one thread.
final class Symbols {

  /// Symbols of one body. Prometheus sends 2,000 samples a body, which take a few thousand; chosen
  /// so that a body of nothing but symbols cannot take more than some 50 MB.
  static final int MAX_SYMBOLS = 1_000_000;

  /// Arrays up to this size are used again.
  private static final int MAX_POOLED = 32_768;

  private static final ArrayBlockingQueue<Symbols> POOL =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  private static final byte[] METRIC_NAME = {'_', '_', 'n', 'a', 'm', 'e', '_', '_'};

  private static final byte[] NOTHING = {};

  private final LabelHash hash = new LabelHash();
  private byte[] bytes = NOTHING;
  private int[] from = new int[1024];
  private int[] to = new int[1024];
  private long[] firsts = new long[1024];
  private long[] seconds = new long[1024];
  private @Nullable String[] texts = new @Nullable String[1024];
  private int count;
  private int metricName;

  private Symbols() {}

  /// Takes one from the pool, or makes one. Goes back with [#release].
  static Symbols take() {
    Symbols pooled = POOL.poll();
    return pooled == null ? new Symbols() : pooled;
  }

  /// Forgets the body and goes back to the pool, if there is room.
  void release() {
    Arrays.fill(texts, 0, count, null);
    bytes = NOTHING;
    count = 0;
    if (from.length <= MAX_POOLED) {
      POOL.offer(this); // a full pool is fine too
    }
  }

  /// Finds all symbols of the request in `[offset, end)`. They come first from every sender known,
  /// but need not.
  ///
  /// @throws MangruException `BAD_DATA` if the request is malformed, a symbol is not UTF-8, the
  ///   first one is not empty, there are more than [#MAX_SYMBOLS], or there are series and none
  void read(byte[] body, int offset, int end) {
    bytes = body;
    count = 0;
    metricName = -1;
    boolean series = false;
    int at = offset;
    while (at < end) {
      long field = Wire.extent(body, at + 1, end);
      byte tag = body[at];
      if (field != Wire.ODD && tag == Wire.FIELD_4) {
        add(at, Wire.from(field), Wire.to(field), end);
        at = Wire.to(field);
      } else if (field != Wire.ODD && tag == Wire.FIELD_5) {
        series = true;
        at = Wire.to(field);
      } else {
        ProtobufReader request = new ProtobufReader(body, at, end - at);
        request.nextField();
        if (request.field() == 4) {
          ProtobufReader symbol = request.readMessage();
          add(at, symbol.position(), request.position(), end);
        } else {
          series |= request.field() == 5;
          request.skip();
        }
        at = request.position();
      }
    }
    if (series && count == 0) {
      throw MangruException.badData(
          "the request has series and no symbols; is it a remote write 1.0 body?");
    }
  }

  /// @param fieldAt where the field begins that holds the symbol, in a request that ends at `end`
  private void add(int fieldAt, int start, int stop, int end) {
    if (!Wire.isAscii(bytes, start, stop)) {
      ProtobufReader field = new ProtobufReader(bytes, fieldAt, end - fieldAt);
      field.nextField();
      field.readString(); // throws if it is not UTF-8
    }
    if (count == 0 && start != stop) {
      throw MangruException.badData(
          "the first symbol must be the empty string, not one of " + (stop - start) + " bytes");
    }
    if (count == MAX_SYMBOLS) {
      throw MangruException.badData(
          "more than the limit of " + MAX_SYMBOLS + " symbols: send smaller requests");
    }
    if (count == from.length) {
      grow();
    }
    from[count] = start;
    to[count] = stop;
    hash.of(bytes, start, stop);
    firsts[count] = hash.first();
    seconds[count] = hash.second();
    if (metricName < 0 && isMetricName(count)) {
      metricName = count;
    }
    count++;
  }

  private void grow() {
    int capacity = Math.min(MAX_SYMBOLS, 2 * count);
    from = Arrays.copyOf(from, capacity);
    to = Arrays.copyOf(to, capacity);
    firsts = Arrays.copyOf(firsts, capacity);
    seconds = Arrays.copyOf(seconds, capacity);
    texts = Arrays.copyOf(texts, capacity);
  }

  /// How many there are.
  int count() {
    return count;
  }

  /// Hashes the symbols at `places`, in that order.
  void hash(int[] places, int length, LabelHash into) {
    into.ofSequence(firsts, seconds, places, length);
  }

  /// The symbol at `place`.
  String text(int place) {
    String text = texts[place];
    if (text == null) {
      text = Wire.ascii(bytes, from[place], to[place]);
      if (text == null) {
        text = new String(bytes, from[place], to[place] - from[place], StandardCharsets.UTF_8);
      }
      texts[place] = text;
    }
    return text;
  }

  /// Whether the symbol at `place` is `__name__`.
  boolean isMetricName(int place) {
    return place == metricName
        || Arrays.equals(bytes, from[place], to[place], METRIC_NAME, 0, METRIC_NAME.length);
  }
}
