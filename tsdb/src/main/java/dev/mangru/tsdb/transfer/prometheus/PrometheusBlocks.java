package dev.mangru.tsdb.transfer.prometheus;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.transfer.ImportSink;
import dev.mangru.tsdb.transfer.ImportSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The blocks of a Prometheus data directory or snapshot, or a single block. Series are read one by
/// one; held in memory are a block's texts, four bytes a series, and one series' samples.
///
/// What Prometheus has not put into a block yet (its `wal` folder, up to three hours) is not read:
/// [#notes] says so. Confined to one thread.
public final class PrometheusBlocks implements ImportSource {

  private static final String META = "meta.json";
  private static final int MAX_META_BYTES = 64 << 20;
  private static final int ULID_CHARACTERS = 26;

  private final Disk disk;
  private final List<Path> blocks;
  private final List<String> notes;

  private PrometheusBlocks(Disk disk, List<Path> blocks, List<String> notes) {
    this.disk = disk;
    this.blocks = blocks;
    this.notes = List.copyOf(notes);
  }

  /// Looks for blocks in `directory`, which may be one itself.
  ///
  /// @throws MangruException `BAD_DATA` if there is none
  public static PrometheusBlocks open(Disk disk, Path directory) throws IOException {
    if (!disk.exists(directory)) {
      throw MangruException.badData(directory + " is not there");
    }
    List<Path> found = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    if (disk.exists(directory.resolve(META))) {
      found.add(directory);
    } else {
      for (Path path : disk.list(directory)) {
        if (!disk.exists(path.resolve(META))) {
          continue;
        }
        if (String.valueOf(path.getFileName()).length() == ULID_CHARACTERS) {
          found.add(path);
        } else {
          notes.add("passed over " + path + ": its name is not that of a finished block");
        }
      }
    }
    if (disk.exists(directory.resolve("wal"))) {
      notes.add(
          "the newest samples of "
              + directory
              + " are in its write-ahead log, which is not read: import a snapshot instead (POST"
              + " /api/v1/admin/tsdb/snapshot of a running Prometheus)");
    }
    if (found.isEmpty()) {
      throw MangruException.badData(
          directory
              + " holds no Prometheus block: name a data directory, a snapshot, or a folder with"
              + " meta.json, index and chunks");
    }
    return new PrometheusBlocks(disk, found, notes);
  }

  /// The folders that [#read] reads, by name: the order in which Prometheus made them.
  public List<Path> blocks() {
    return List.copyOf(blocks);
  }

  /// What a person should know before the import.
  public List<String> notes() {
    return notes;
  }

  @Override
  public void read(ImportSink sink) throws IOException {
    long total = 0;
    for (Path block : blocks) {
      checkMeta(block);
      try (IndexReader index = IndexReader.open(disk, block.resolve("index"))) {
        total += index.seriesCount();
      }
    }
    long done = 0;
    for (Path block : blocks) {
      done = read(block, sink, done, total);
    }
  }

  private void checkMeta(Path block) throws IOException {
    Path path = block.resolve(META);
    JsonNode version;
    try (SourceFile file = SourceFile.open(disk, path)) {
      int length = (int) Math.min(file.length(), MAX_META_BYTES);
      version = JsonMapper.shared().readTree(file.bytes(0, length)).path("version");
    } catch (JacksonException e) {
      throw new CorruptDataException(path, 0, "JSON", e.getOriginalMessage());
    }
    if (version.asInt(0) != 1) {
      throw new CorruptDataException(path, 0, "version 1", version.toString());
    }
  }

  private long read(Path block, ImportSink sink, long before, long total) throws IOException {
    Tombstones tombstones = Tombstones.read(disk, block.resolve("tombstones"));
    SampleColumns samples = new SampleColumns();
    SampleColumns kept = new SampleColumns();
    long done = before;
    try (IndexReader index = IndexReader.open(disk, block.resolve("index"));
        ChunkFiles chunks = new ChunkFiles(disk, block.resolve("chunks"))) {
      while (index.next()) {
        List<TimeRange> deleted = tombstones.of(index.ref());
        for (int i = 0; i < index.chunkCount(); i++) {
          samples.clear();
          chunks.read(index.chunkRef(i), samples);
          if (deleted.isEmpty()) {
            sink.add(index.labels(), samples);
          } else {
            keep(samples, deleted, kept);
            sink.add(index.labels(), kept);
          }
        }
        sink.progress(++done, total);
      }
    }
    return done;
  }

  private static void keep(SampleColumns from, List<TimeRange> deleted, SampleColumns kept) {
    kept.clear();
    for (int i = 0; i < from.count(); i++) {
      long time = from.timesMs()[i];
      if (deleted.stream().noneMatch(range -> range.contains(time))) {
        kept.add(from, i);
      }
    }
  }
}
