package dev.mangru.bench.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// Starts [TortureWriter], ends it at a random moment, and checks at the next start that every
/// acknowledged batch is there and nothing else but the one batch each writer had under way.
///
/// With a mount point the end is a power cut: the process is stopped, so that nothing it sees after
/// the cut can be acknowledged; then the file system is shut down without flushing, the process
/// killed, and the image mounted again. What was never synced is gone then. Needs root, a loop
/// device with ext4 or xfs, and `xfs_io`.
public final class StoreTorture {

  /// Ends a start that does not answer. A start is seconds; this is the hang.
  private static final long HANG_SECONDS = 60;

  private final Path directory;
  private final String image;
  private final Random random;
  private final long[] acknowledged = new long[4];
  private long slowestOpenMs;
  private long acknowledgedInAll;

  private StoreTorture(Path directory, String image, long seed) {
    this.directory = directory;
    this.image = image;
    this.random = new Random(seed);
    Arrays.fill(acknowledged, -1);
  }

  /// `DIRECTORY CYCLES SEED [IMAGE]`: with an image, `DIRECTORY/..` is where it is mounted.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String image = arguments.length > 3 ? arguments[3] : "";
    StoreTorture torture =
        new StoreTorture(Path.of(arguments[0]), image, Long.parseLong(arguments[2]));
    int cycles = Integer.parseInt(arguments[1]);
    for (int cycle = 1; cycle <= cycles; cycle++) {
      torture.cycle();
      if (cycle % 20 == 0 || cycle == cycles) {
        System.out.printf(
            "%d of %d ends: %d batches acknowledged, 0 lost; slowest open %d ms%n",
            cycle, cycles, torture.acknowledgedInAll, torture.slowestOpenMs);
      }
    }
  }

  private void cycle() throws IOException, InterruptedException {
    Process process = start();
    long lifeMs = 20 + random.nextLong(random.nextInt(8) == 0 ? 3_000 : 400);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      Thread killer =
          Thread.ofPlatform()
              .daemon()
              .name("watchdog")
              .start(() -> destroyAfter(process, HANG_SECONDS));
      boolean ready = false;
      int found = 0;
      Thread ender = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
          case "open" -> slowestOpenMs = Math.max(slowestOpenMs, Long.parseLong(words[1]));
          case "found" -> {
            found(Integer.parseInt(words[1]), Long.parseLong(words[2]));
            if (++found == acknowledged.length) {
              ready = true;
              killer.interrupt();
              ender = Thread.ofPlatform().name("ender").start(() -> endAfter(process, lifeMs));
            }
          }
          case "ack" -> {
            acknowledged[Integer.parseInt(words[1])] = Long.parseLong(words[2]);
            acknowledgedInAll++;
          }
          default -> throw new IllegalStateException(line);
        }
      }
      int status = process.waitFor();
      if (!ready) {
        throw new IllegalStateException(
            "the store did not open within %d s, or ended with %d".formatted(HANG_SECONDS, status));
      }
      if (ender != null) {
        ender.join();
      }
    }
    if (!image.isEmpty()) {
      remount();
    }
  }

  private void found(int writer, long batches) {
    long last = batches - 1;
    // One batch may have become durable without its acknowledgement being read.
    if (last < acknowledged[writer] || last > acknowledged[writer] + 1) {
      throw new IllegalStateException(
          "writer %d: batch %d was acknowledged, and batches up to %d are there"
              .formatted(writer, acknowledged[writer], last));
    }
    acknowledged[writer] = last;
  }

  private Process start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.createDirectories(directory);
    return new ProcessBuilder(
            java,
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-Dslf4j.internal.verbosity=ERROR",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.mangru.bench.torture.TortureWriter",
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private void endAfter(Process process, long ms) {
    try {
      TimeUnit.MILLISECONDS.sleep(ms);
      if (!image.isEmpty()) {
        stop(process.pid());
        run("xfs_io", "-x", "-c", "shutdown", mount().toString());
      }
      // Not destroyForcibly: that closes the pipe, and acknowledgements in it would go unread.
      run("kill", "-KILL", String.valueOf(process.pid()));
    } catch (InterruptedException | IOException e) {
      process.destroyForcibly();
      throw new IllegalStateException("could not end the writer", e);
    }
  }

  private static void destroyAfter(Process process, long seconds) {
    try {
      TimeUnit.SECONDS.sleep(seconds);
      process.destroyForcibly();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // it answered in time
    }
  }

  private Path mount() {
    Path parent = directory.getParent();
    return parent == null ? directory : parent;
  }

  /// Stops every thread of the process and waits until all of them stand still: one still inside a
  /// sync would otherwise be told of success after the cut.
  private static void stop(long pid) throws IOException, InterruptedException {
    run("kill", "-STOP", String.valueOf(pid));
    Path tasks = Path.of("/proc", String.valueOf(pid), "task");
    boolean moving = true;
    while (moving) {
      moving = false;
      try (var list = Files.newDirectoryStream(tasks)) {
        for (Path task : list) {
          String stat = Files.readString(task.resolve("stat"));
          moving |= stat.charAt(stat.lastIndexOf(')') + 2) != 'T';
        }
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private void remount() throws IOException, InterruptedException {
    run("umount", mount().toString());
    run("mount", "-o", "loop", image, mount().toString());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command)).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + process.exitValue());
    }
  }
}
