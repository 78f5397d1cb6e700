package dev.mangru.tsdb.ingest;

import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.wire.ProtobufWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Remote write bodies as senders make them, as they might, and as they must not. Confined to one
/// thread.
final class RandomWrites {

  private static final String[] NAMES = {
    "__name__", "job", "instance", "zone", "역할", "le", "a", ""
  };
  private static final String[] VALUES = {
    "up", "node", "10.0.0.1:9100", "망루", "😀", "0.5", "", "x".repeat(101), "y".repeat(40), "z"
  };

  private final Random random;

  /// 0 for bodies as encoders make them, up to 1 for anything that is legal or close to it.
  private final double oddity;

  RandomWrites(Random random, double oddity) {
    this.random = random;
    this.oddity = oddity;
  }

  private boolean odd() {
    return random.nextDouble() < oddity;
  }

  private String[] pairs() {
    List<String> pairs = new ArrayList<>(List.of("__name__", "m" + random.nextInt(6)));
    int more = random.nextInt(8);
    for (int i = 0; i < more; i++) {
      pairs.add(odd() ? NAMES[random.nextInt(NAMES.length)] : "label" + i);
      pairs.add(odd() ? VALUES[random.nextInt(VALUES.length)] : "value" + random.nextInt(3));
    }
    if (odd()) {
      pairs.set(0, "other");
    }
    return pairs.toArray(String[]::new);
  }

  private long timestampMs() {
    if (!odd()) {
      return 1_700_000_000_000L + random.nextInt(1 << 30);
    }
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> -random.nextInt(1000);
      case 2 -> random.nextLong();
      default -> random.nextInt(100_000);
    };
  }

  private long valueBits() {
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> StaleMarker.BITS;
      case 2 -> Double.doubleToRawLongBits(-0.0);
      default -> Double.doubleToRawLongBits(random.nextInt(1000) / 10.0);
    };
  }

  private void sample(ProtobufWriter out, boolean start) {
    long bits = valueBits();
    List<Runnable> fields = new ArrayList<>();
    if (bits != 0 || odd()) {
      fields.add(() -> out.fixed64(1, bits));
    }
    long timestampMs = timestampMs();
    if (timestampMs != 0 || odd()) {
      fields.add(() -> out.varint(2, timestampMs));
    }
    if (start || odd()) {
      long startMs = timestampMs();
      fields.add(() -> out.varint(3, startMs));
    }
    if (odd()) {
      fields.add(() -> unknown(out));
    }
    run(fields);
  }

  private void unknown(ProtobufWriter out) {
    int field = 20 + random.nextInt(1000);
    switch (random.nextInt(3)) {
      case 0 -> out.varint(field, random.nextLong());
      case 1 -> out.fixed64(field, random.nextLong());
      default -> out.bytes(field, new byte[random.nextInt(300)]);
    }
  }

  /// In order, or shuffled if this one is odd.
  private void run(List<Runnable> fields) {
    if (odd()) {
      Collections.shuffle(fields, random);
    }
    fields.forEach(Runnable::run);
  }

  private void histogram(ProtobufWriter out) {
    boolean integer = random.nextBoolean();
    int buckets = random.nextInt(5);
    long count = 0;
    long[] counts = new long[buckets];
    for (int i = 0; i < buckets; i++) {
      counts[i] = random.nextInt(10) - (odd() ? 2L : 0L);
      count += counts[i];
    }
    if (odd()) {
      count++;
    }
    if (integer) {
      out.varint(1, count);
    } else {
      out.doubleField(2, (double) count);
    }
    out.doubleField(3, odd() ? Double.NaN : 12.5);
    out.zigZag(4, odd() ? random.nextInt(20) - 10 : 3);
    if (buckets > 0) {
      int named = odd() ? buckets - 1 : buckets;
      out.message(11, span -> span.zigZag(1, random.nextInt(9) - 4).varint(2, named));
    }
    if (integer) {
      out.message(
          12,
          packed -> {
            long before = 0;
            for (long value : counts) {
              packed.rawVarint((value - before) << 1 ^ (value - before) >> 63);
              before = value;
            }
          });
    } else {
      for (long value : counts) {
        out.doubleField(13, (double) value);
      }
    }
    out.varint(14, random.nextInt(odd() ? 6 : 4)).varint(15, timestampMs());
    if (odd()) {
      out.varint(17, timestampMs());
    }
  }

  // ---- 1.0 --------------------------------------------------------------------------------------

  byte[] v1() {
    ProtobufWriter request = new ProtobufWriter();
    int series = 1 + random.nextInt(6);
    for (int i = 0; i < series; i++) {
      request.message(1, this::series1);
      if (odd()) {
        unknown(request);
      }
      if (odd()) {
        request.message(3, metadata -> metadata.varint(1, 2).string(2, "m1").string(4, "help"));
      }
    }
    return request.toByteArray();
  }

  private void series1(ProtobufWriter out) {
    List<Runnable> fields = new ArrayList<>();
    String[] pairs = pairs();
    for (int i = 0; i < pairs.length; i += 2) {
      String name = pairs[i];
      String value = pairs[i + 1];
      boolean turned = odd();
      fields.add(() ->
          out.message(
              1,
              label -> {
                if (turned) {
                  label.string(2, value).string(1, name);
                } else {
                  label.string(1, name).string(2, value);
                }
              }));
    }
    int samples = random.nextInt(4);
    for (int i = 0; i < samples; i++) {
      fields.add(() -> out.message(2, sample -> sample(sample, false)));
    }
    if (odd()) {
      fields.add(() -> out.message(3, exemplar -> exemplar.doubleField(2, 1)));
    }
    if (random.nextInt(4) == 0) {
      fields.add(() -> out.message(4, this::histogram));
    }
    if (odd()) {
      fields.add(() -> unknown(out));
    }
    run(fields);
  }

  // ---- 2.0 --------------------------------------------------------------------------------------

  byte[] v2() {
    List<String> symbols = new ArrayList<>(List.of(""));
    ProtobufWriter body = new ProtobufWriter();
    int series = 1 + random.nextInt(6);
    for (int i = 0; i < series; i++) {
      body.message(5, out -> series2(out, symbols));
    }
    ProtobufWriter request = new ProtobufWriter();
    for (String symbol : symbols) {
      request.string(4, symbol);
    }
    byte[] first = request.toByteArray();
    byte[] second = body.toByteArray();
    boolean turned = odd();
    byte[] whole = new byte[first.length + second.length];
    System.arraycopy(first, 0, whole, turned ? second.length : 0, first.length);
    System.arraycopy(second, 0, whole, turned ? 0 : first.length, second.length);
    return whole;
  }

  private int reference(String text, List<String> symbols) {
    if (odd() && random.nextInt(8) == 0) {
      return symbols.size() + 50 + random.nextInt(10);
    }
    int at = symbols.indexOf(text);
    if (at < 0) {
      symbols.add(text);
      at = symbols.size() - 1;
    }
    return at;
  }

  private void series2(ProtobufWriter out, List<String> symbols) {
    List<Runnable> fields = new ArrayList<>();
    String[] pairs = pairs();
    int[] references = new int[pairs.length - (odd() && random.nextInt(8) == 0 ? 1 : 0)];
    for (int i = 0; i < references.length; i++) {
      references[i] = reference(pairs[i], symbols);
    }
    boolean packed = !odd();
    fields.add(() -> {
      if (packed) {
        out.message(
            1,
            in -> {
              for (int reference : references) {
                in.rawVarint(reference);
              }
            });
      } else {
        for (int reference : references) {
          out.varint(1, reference);
        }
      }
    });
    int samples = random.nextInt(4);
    boolean starts = random.nextBoolean();
    for (int i = 0; i < samples; i++) {
      fields.add(() -> out.message(2, sample -> sample(sample, starts)));
    }
    if (random.nextInt(4) == 0) {
      fields.add(() -> out.message(3, this::histogram));
    }
    if (odd()) {
      fields.add(() -> out.message(4, exemplar -> exemplar.doubleField(2, 1)));
    }
    if (random.nextBoolean()) {
      fields.add(() -> out.message(5, metadata -> metadata.varint(1, 1).varint(3, 0)));
    }
    if (random.nextInt(3) == 0) {
      long createdMs = timestampMs();
      fields.add(() -> out.varint(6, createdMs));
    }
    if (odd()) {
      fields.add(() -> unknown(out));
    }
    run(fields);
  }

  // ---- damage
  // -------------------------------------------------------------------------------------

  /// A few bytes changed, cut off, repeated or put in.
  static byte[] damaged(byte[] body, Random random) {
    byte[] damaged = body.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0 && damaged.length > 0; changes--) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(6)) {
        case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> damaged[at] = (byte) random.nextInt(256);
        case 2 -> damaged[at] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        case 3 -> damaged = Arrays.copyOf(damaged, at);
        case 4 -> {
          int length = random.nextInt(damaged.length - at);
          byte[] longer = Arrays.copyOf(damaged, damaged.length + length);
          System.arraycopy(damaged, at, longer, damaged.length, length);
          damaged = longer;
        }
        default -> {
          byte[] text = "\u0012\u0010\t".getBytes(StandardCharsets.ISO_8859_1);
          System.arraycopy(text, 0, damaged, at, Math.min(3, damaged.length - at));
        }
      }
    }
    return damaged;
  }
}
