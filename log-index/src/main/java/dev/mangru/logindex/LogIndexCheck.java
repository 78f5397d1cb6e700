package dev.mangru.logindex;

import dev.mangru.logindex.schema.WalBatch;
import dev.mangru.logindex.shard.Shards;
import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;

/// Verifies the directory of a log index that no process has open: every byte of every shard
/// through Lucene's own check, and every record of the write-ahead log. Changes nothing.
public final class LogIndexCheck {

  private LogIndexCheck() {}

  /// Checks `directory`.
  ///
  /// @throws IOException if the directory cannot be read
  public static CheckReport check(Path directory) throws IOException {
    List<String> checked = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Path shardDirectory = Engine.shardDirectory(directory);
    long documents = 0;
    List<Path> shards = Shards.shardFolders(shardDirectory);
    for (Path shard : shards) {
      documents += checkShard(shard, problems);
    }
    checked.add(shards.size() + " shards of logs with " + documents + " records");
    for (Path damaged : Shards.damagedFolders(shardDirectory)) {
      problems.add(damaged + ": was set aside as damaged; its records are missing");
    }
    checkWal(directory, checked, problems);
    return new CheckReport(checked, problems);
  }

  private static long checkShard(Path shard, List<String> problems) throws IOException {
    try (Directory files = FSDirectory.open(shard)) {
      if (!DirectoryReader.indexExists(files)) {
        return 0; // made, and not committed to yet: its records are in the write-ahead log
      }
      try (CheckIndex check = new CheckIndex(files)) {
        check.setThreadCount(1);
        CheckIndex.Status status = check.checkIndex();
        long documents = 0;
        for (CheckIndex.Status.SegmentInfoStatus segment : status.segmentInfos) {
          documents += segment.maxDoc;
          if (segment.error != null) {
            problems.add(shard + ": segment " + segment.name + ": " + segment.error);
          }
        }
        if (!status.clean && status.segmentInfos.stream().allMatch(s -> s.error == null)) {
          problems.add(shard + ": Lucene's check finds it damaged");
        }
        return documents;
      } catch (LockObtainFailedException e) {
        problems.add(shard + ": a process has it open; stop it before checking");
        return 0;
      } catch (IOException | RuntimeException e) {
        problems.add(shard + ": " + e);
        return 0;
      }
    }
  }

  private static void checkWal(Path directory, List<String> checked, List<String> problems) {
    long[] counts = new long[2];
    try {
      RecordLog.read(
          Disk.REAL,
          Engine.walDirectory(directory),
          (position, payload) -> {
            counts[0]++;
            counts[1] += WalBatch.decode(payload).records().size();
          });
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    checked.add(
        counts[0] + " batches with " + counts[1] + " records in the write-ahead log of logs");
  }
}
