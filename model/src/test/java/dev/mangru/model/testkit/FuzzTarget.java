package dev.mangru.model.testkit;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// A class that a fuzzer calls, and the inputs that are known for it.
///
/// The class has two static methods: `void fuzzerTestOneInput(byte[])`, the entry that Jazzer looks
/// for, which throws if an input shows a fault; and `List<byte[]> seeds()`, good inputs made by
/// code. What a fuzzer found beyond the seeds is kept in the resource `fuzz/NAME.hex` of the
/// class's module, one input a line, so that every build tries it again.
public final class FuzzTarget {

  /// Bytes that one input may allocate whatever it is: readers with their buffers. The largest is a
  /// reader of records with 64 KiB; the rest is room for what only the fuzzer's hooks allocate.
  private static final long FIXED_BYTES = 4 << 20;

  /// Bytes that one byte of input may allocate. A series of two bytes is an object of 100.
  private static final long BYTES_PER_BYTE = 1_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// As many as there were when an input last allocated too much.
  private static long loadedClasses; // guarded by FuzzTarget.class

  private final Class<?> type;
  private final Method entry;
  private final Method seeds;

  private FuzzTarget(Class<?> type) {
    this.type = type;
    try {
      this.entry = type.getMethod("fuzzerTestOneInput", byte[].class);
      this.seeds = type.getMethod("seeds");
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(type + " is no target of a fuzzer", e);
    }
  }

  /// The target of this class.
  ///
  /// @throws IllegalArgumentException if it lacks one of the two methods
  public static FuzzTarget of(Class<?> type) {
    return new FuzzTarget(type);
  }

  /// Good inputs.
  @SuppressWarnings("unchecked")
  public List<byte[]> seeds() {
    return (List<byte[]>) call(seeds);
  }

  /// What a fuzzer found before; nothing if there is no such resource.
  public List<byte[]> corpus() {
    String name = "fuzz/" + type.getSimpleName() + ".hex";
    try (InputStream in = type.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        return List.of();
      }
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines().map(HexFormat.of()::parseHex).toList();
    } catch (IOException e) {
      throw new AssertionError(name, e);
    }
  }

  /// Tries the corpus, the seeds and changed copies of both, the same ones every time.
  ///
  /// @param changed how many changed copies
  /// @return inputs tried
  public int replay(int changed) {
    List<byte[]> inputs = new ArrayList<>(seeds());
    inputs.addAll(corpus());
    inputs.forEach(this::attempt);
    Random random = new Random(42);
    for (int i = 0; i < changed; i++) {
      byte[] one = inputs.get(random.nextInt(inputs.size()));
      attempt(changed(random, one, inputs.get(random.nextInt(inputs.size()))));
    }
    return inputs.size() + changed;
  }

  /// Tries one input, and shows it if it does not go well. It may allocate much once, for classes
  /// that are loaded, and not again.
  public void attempt(byte[] input) {
    try {
      if (excess(input) > 0) {
        long excess = excess(input);
        if (excess > 0) {
          throw new AssertionError(excess + " bytes too many for " + input.length);
        }
      }
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          type.getSimpleName() + " with " + HexFormat.of().formatHex(input) + ": " + e, e);
    }
  }

  /// Bytes that one call allocates beyond what its input can justify.
  private long excess(byte[] input) {
    byte[] copy = input.clone();
    long before = allocated();
    call(entry, copy);
    return allocated() - before - justified(20 * input.length);
  }

  /// Bytes that this thread has allocated.
  public static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /// Throws if more was allocated since `before` than an input of `length` bytes can justify. What
  /// an input allocates that makes the JVM load classes is not judged.
  public static synchronized void bounded(long before, int length) {
    long allocated = allocated() - before;
    if (allocated > justified(length)) {
      long classes = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
      if (classes == loadedClasses) {
        throw new AssertionError(allocated + " bytes allocated for an input of " + length);
      }
      loadedClasses = classes;
    }
  }

  private static long justified(int length) {
    return FIXED_BYTES + BYTES_PER_BYTE * length;
  }

  private static byte[] changed(Random random, byte[] good, byte[] other) {
    byte[] bytes = good.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(8)) {
        case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) random.nextInt();
        case 3 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        case 4 -> bytes = Arrays.copyOf(bytes, at);
        case 5 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(9));
        case 6 -> System.arraycopy(bytes, at, bytes, at / 2, Math.min(8, bytes.length - at));
        default -> {
          int length = Math.min(other.length, bytes.length - at);
          System.arraycopy(other, other.length - length, bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private static Object call(Method method, Object... arguments) {
    try {
      return method.invoke(null, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(method + " threw " + e.getCause(), e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(method + " must be public, and so must its class", e);
    }
  }

  /// For `bench/fuzz.sh`: `seeds CLASS FOLDER` writes the seeds and the corpus as files; `pack
  /// FOLDER FILE BYTES` writes the smallest files of a folder, up to so many bytes in all, as a
  /// corpus.
  public static void main(String[] args) throws IOException, ClassNotFoundException {
    if (args.length == 3 && args[0].equals("seeds")) {
      FuzzTarget target = of(Class.forName(args[1]));
      List<byte[]> inputs = new ArrayList<>(target.seeds());
      inputs.addAll(target.corpus());
      Path folder = Files.createDirectories(Path.of(args[2]));
      for (int i = 0; i < inputs.size(); i++) {
        Files.write(folder.resolve("seed-%05d".formatted(i)), inputs.get(i));
      }
    } else if (args.length == 4 && args[0].equals("pack")) {
      pack(Path.of(args[1]), Path.of(args[2]), Long.parseLong(args[3]));
    } else {
      throw new IllegalArgumentException("seeds CLASS FOLDER | pack FOLDER FILE BYTES");
    }
  }

  private static void pack(Path folder, Path file, long most) throws IOException {
    List<byte[]> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.toList()) {
        inputs.add(Files.readAllBytes(each));
      }
    }
    inputs.sort((a, b) -> a.length != b.length ? a.length - b.length : Arrays.compare(a, b));
    StringBuilder text = new StringBuilder();
    long bytes = 0;
    for (byte[] input : inputs) {
      bytes += input.length;
      if (bytes > most) {
        break;
      }
      text.append(HexFormat.of().formatHex(input)).append('\n');
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, text, StandardCharsets.US_ASCII);
  }
}
