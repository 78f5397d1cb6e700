package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.BlockWriter;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.head.Registry;
import dev.mangru.tsdb.v1.OldStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns a data directory of the first format into one of the second, in place.
///
/// Samples of blocks and log are written to blocks of the new format beside the old ones, whose
/// names differ (6 digits, not 12). Replacing the manifest is the moment of the change: before it a
/// start, by this Mangru or the one before, finds the old store untouched and the upgrade begins
/// anew; after it the old files are left-overs, which opening the store removes. Both are on disk
/// for a while: the new blocks take less than half of the old ones.
final class Upgrade {

  private static final Logger LOG = LoggerFactory.getLogger(Upgrade.class);
  private static final String FIRST_LINE = "mangru-tsdb 1\n";

  private final Disk disk;
  private final Path directory;
  private final long windowMs;
  private final long nowMs;

  /// Gets a line for each thing that cannot be read; null if that ends the upgrade.
  private final @Nullable List<String> losses;

  private Upgrade(
      Disk disk, Path directory, long windowMs, long nowMs, @Nullable List<String> losses) {
    this.disk = disk;
    this.directory = directory;
    this.windowMs = windowMs;
    this.nowMs = nowMs;
    this.losses = losses;
  }

  /// Whether the directory holds a store of the first format.
  static boolean isDue(Disk disk, Path directory) throws IOException {
    Path path = directory.resolve(Manifest.NAME);
    if (!disk.exists(path)) {
      return false;
    }
    try (ReadableFile file = disk.open(path)) {
      ByteBuffer start = ByteBuffer.allocate((int) Math.min(file.length(), FIRST_LINE.length()));
      file.readFully(0, start);
      return StandardCharsets.ISO_8859_1.decode(start.flip()).toString().equals(FIRST_LINE);
    }
  }

  /// Upgrades the store in `directory`, whose lock the caller holds.
  ///
  /// @param windowMs width of the new blocks
  /// @param nowMs when the new blocks are said to be written
  /// @throws CorruptDataException if bytes of the old store cannot be right; nothing has changed
  ///   then
  static void run(Disk disk, Path directory, long windowMs, long nowMs) throws IOException {
    try (OldStore old = OldStore.open(disk, directory)) {
      new Upgrade(disk, directory, windowMs, nowMs, null).run(old);
    }
  }

  /// As [#run], going on without what cannot be read. Every file of the old store stays in
  /// `quarantine/`.
  ///
  /// @param losses gets a line for each thing that could not be read
  static void salvage(Disk disk, Path directory, long windowMs, long nowMs, List<String> losses)
      throws IOException {
    try (OldStore old =
        OldStore.open(disk, directory, damage -> losses.add(damage.getMessage() + ": lost"))) {
      for (String folder : List.of("blocks", "wal")) {
        if (disk.exists(directory.resolve(folder))) {
          for (Path file : disk.list(directory.resolve(folder))) {
            keep(disk, directory, file);
          }
        }
      }
      new Upgrade(disk, directory, windowMs, nowMs, losses).run(old);
    }
  }

  private void run(OldStore old) throws IOException {
    long started = System.nanoTime();
    LOG.atInfo()
        .addKeyValue("directory", directory)
        .log("the metrics are of the first format and are being upgraded; this may take minutes");
    removeUnfinished();
    List<Manifest.Entry> entries = new ArrayList<>();
    long samples = writeBlocks(old, entries);
    long registryNumber = entries.size() + 1L;
    keepTorn(old);
    Manifest named = manifest(old, registryNumber, 0, entries);
    try (Registry registry = Registry.create(disk, named.registryPath(directory))) {
      manifest(old, registryNumber, registry.length(), entries).write(disk, directory);
    }
    LOG.atInfo()
        .addKeyValue("samples", samples)
        .addKeyValue("blocks", entries.size())
        .addKeyValue("milliseconds", (System.nanoTime() - started) / 1_000_000)
        .log("the metrics were upgraded to the second format");
  }

  /// Bytes of the log that could not be read stay for whoever wants to look at them.
  private void keepTorn(OldStore old) throws IOException {
    Path torn = old.torn();
    if (torn == null) {
      return;
    }
    Path target = keep(disk, directory, torn);
    LOG.atWarn()
        .addKeyValue("file", torn)
        .addKeyValue("kept_as", target)
        .log("the end of the write-ahead log is torn; what is whole of it is upgraded");
  }

  private static Path keep(Disk disk, Path directory, Path file) throws IOException {
    Path folder = directory.resolve("quarantine");
    Path target = folder.resolve("format-1-" + file.getFileName());
    disk.createDirectories(folder);
    if (!disk.exists(target)) {
      disk.link(file, target);
      disk.syncDirectory(folder);
    }
    return target;
  }

  private static Manifest manifest(
      OldStore old, long registry, long registryLength, List<Manifest.Entry> entries) {
    return new Manifest(
        old.nextSegment(), registry, registry + 1, registry, registryLength, 0, entries, List.of());
  }

  /// What an upgrade that did not come to its end has left. Of the folder that both formats have,
  /// opening the old store has removed it already.
  private void removeUnfinished() throws IOException {
    for (String folder : FileSet.FOLDERS) {
      Path path = directory.resolve(folder);
      disk.createDirectories(path);
      if (!folder.equals("blocks")) {
        for (Path file : disk.list(path)) {
          disk.delete(file);
        }
      }
    }
  }

  private long writeBlocks(OldStore old, List<Manifest.Entry> entries) throws IOException {
    TimeRange range = old.range();
    long samples = 0;
    if (range == null) {
      return samples;
    }
    TimeRange window = Windows.window(range.startMs(), windowMs);
    while (window.startMs() <= range.endMs()) {
      Manifest.Entry entry = new Manifest.Entry(true, entries.size() + 1L, nowMs);
      long written = writeBlock(entry, old, window);
      if (written > 0) {
        entries.add(entry);
        samples += written;
        LOG.atInfo()
            .addKeyValue("window", window.startMs())
            .addKeyValue("samples", samples)
            .log("upgrading metrics");
      }
      window = new TimeRange(window.endMs() + 1, window.endMs() + windowMs);
    }
    return samples;
  }

  private long writeBlock(Manifest.Entry entry, OldStore old, TimeRange window) throws IOException {
    List<Querier.Series> series = old.series(window);
    if (series.isEmpty()) {
      return 0;
    }
    Path path = entry.path(directory);
    SampleColumns samples = new SampleColumns();
    long expected = 0;
    try (BlockWriter writer =
        new BlockWriter(disk, path, new Sealed(0, window, entry.number(), entry.number()))) {
      for (Querier.Series one : series) {
        if (!read(one, samples)) {
          continue;
        }
        writer.add(one.labels(), samples);
        expected += samples.count();
      }
      if (expected == 0) {
        return 0;
      }
      writer.finish();
    }
    BlockFile block = BlockFile.open(disk, path);
    try {
      if (block.samples() != expected) {
        throw new CorruptDataException(
            path, 0, expected + " samples", block.samples() + " samples");
      }
    } finally {
      block.release();
    }
    return expected;
  }

  private boolean read(Querier.Series series, SampleColumns samples) {
    try {
      series.read(samples);
      return true;
    } catch (MangruException e) {
      List<String> told = losses;
      if (told == null) {
        throw e;
      }
      told.add(e.text() + ": samples of " + series.labels() + " around it are lost");
      return false;
    }
  }
}
