package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.Disk.ReadableFile;
import dev.mangru.model.error.CorruptDataException;
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

  private Upgrade() {}

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
    long started = System.nanoTime();
    try (OldStore old = OldStore.open(disk, directory)) {
      LOG.atInfo()
          .addKeyValue("directory", directory)
          .log("the metrics are of the first format and are being upgraded; this may take minutes");
      removeUnfinished(disk, directory);
      List<Manifest.Entry> entries = new ArrayList<>();
      long samples = writeBlocks(disk, directory, old, windowMs, nowMs, entries);
      long registryNumber = entries.size() + 1L;
      keepTorn(disk, directory, old);
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
  }

  /// Bytes of the log that could not be read stay for whoever wants to look at them.
  private static void keepTorn(Disk disk, Path directory, OldStore old) throws IOException {
    Path torn = old.torn();
    if (torn == null) {
      return;
    }
    Path folder = directory.resolve("quarantine");
    Path target = folder.resolve("format-1-" + torn.getFileName());
    disk.createDirectories(folder);
    if (!disk.exists(target)) {
      disk.link(torn, target);
      disk.syncDirectory(folder);
    }
    LOG.atWarn()
        .addKeyValue("file", torn)
        .addKeyValue("kept_as", target)
        .log("the end of the write-ahead log is torn; what is whole of it is upgraded");
  }

  private static Manifest manifest(
      OldStore old, long registry, long registryLength, List<Manifest.Entry> entries) {
    return new Manifest(
        old.nextSegment(), registry, registry + 1, registry, registryLength, 0, entries);
  }

  /// What an upgrade that did not come to its end has left. Of the folder that both formats have,
  /// opening the old store has removed it already.
  private static void removeUnfinished(Disk disk, Path directory) throws IOException {
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

  private static long writeBlocks(
      Disk disk,
      Path directory,
      OldStore old,
      long windowMs,
      long nowMs,
      List<Manifest.Entry> entries)
      throws IOException {
    TimeRange range = old.range();
    long samples = 0;
    if (range == null) {
      return samples;
    }
    TimeRange window = Windows.window(range.startMs(), windowMs);
    while (window.startMs() <= range.endMs()) {
      Manifest.Entry entry = new Manifest.Entry(true, entries.size() + 1L, nowMs);
      long written = writeBlock(disk, entry, directory, old, window);
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

  private static long writeBlock(
      Disk disk, Manifest.Entry entry, Path directory, OldStore old, TimeRange window)
      throws IOException {
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
        one.read(samples);
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
}
