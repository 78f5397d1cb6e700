package dev.mangru.tsdb.v1.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Label;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.v1.chunk.Chunk;
import dev.mangru.tsdb.v1.chunk.ChunkDecoder;
import dev.mangru.tsdb.v1.chunk.ChunkRun;
import dev.mangru.tsdb.v1.index.Postings;
import dev.mangru.tsdb.v1.index.SampleSource.Selected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads every byte of every block and compares what must agree. Changes nothing.
public final class BlockCheck {

  private final Path folder;
  private final List<String> problems;
  private long series;
  private long samples;

  private BlockCheck(Path folder, List<String> problems) {
    this.folder = folder;
    this.problems = problems;
  }

  /// Checks the manifest in `directory` and the blocks it names.
  ///
  /// @param checked gets what was looked at
  /// @param problems gets what cannot be right
  /// @return the first log segment whose records are not in blocks; 1 if there is no manifest
  public static long check(Disk disk, Path directory, List<String> checked, List<String> problems)
      throws IOException {
    if (!disk.exists(directory.resolve(Manifest.NAME))) {
      problems.add(directory.resolve(Manifest.NAME) + ": there is no manifest");
      return 1;
    }
    Manifest manifest;
    try {
      manifest = Manifest.read(disk, directory);
    } catch (IOException | MangruException e) {
      problems.add(String.valueOf(e.getMessage()));
      return 1;
    }
    BlockCheck check = new BlockCheck(directory.resolve(BlockSet.FOLDER), problems);
    List<Block> blocks = new ArrayList<>();
    try {
      for (long id : manifest.blocks()) {
        Path path = BlockSet.path(check.folder, id);
        try {
          Block block = Block.open(disk, id, path);
          blocks.add(block);
          check.block(block);
        } catch (IOException | MangruException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
      if (problems.isEmpty()) {
        check.together(blocks);
      }
    } finally {
      blocks.forEach(Block::release);
    }
    checked.add(
        "%,d blocks with %,d series and %,d samples"
            .formatted(manifest.blocks().size(), check.series, check.samples));
    return manifest.firstSegment();
  }

  private void block(Block block) throws IOException {
    BlockIndex index = block.index();
    long count = 0;
    Labels previous = null;
    for (int number = 0; number < index.seriesCount(); number++) {
      Selected one = block.series(index, number);
      if (previous != null && previous.compareTo(one.labels()) >= 0) {
        problem(block, "series " + one.labels() + " comes after " + previous);
      }
      previous = one.labels();
      count += chunks(block, one);
      postings(block, index, one.labels(), number);
    }
    if (count != block.samples() || index.seriesCount() != block.series()) {
      problem(
          block,
          "the footer tells of %d samples of %d series, there are %d of %d"
              .formatted(block.samples(), block.series(), count, index.seriesCount()));
    }
    series += index.seriesCount();
    samples += count;
  }

  private long chunks(Block block, Selected one) {
    ChunkRun run = one.run();
    long count = 0;
    for (int i = 0; i < run.size(); i++) {
      Chunk chunk = run.load(i);
      ChunkDecoder decoder = chunk.decoder();
      Long last = null;
      while (decoder.next()) {
        long time = decoder.timestampMs();
        if (last == null ? time != chunk.minMs() : time <= last) {
          problem(
              block, "a chunk of " + one.labels() + " has a sample at " + time + " in no order");
        }
        last = time;
        count++;
      }
      if (last == null || last != chunk.maxMs()) {
        problem(
            block, "a chunk of " + one.labels() + " ends at " + last + ", not " + chunk.maxMs());
      }
      if (!block.range().contains(chunk.minMs()) || !block.range().contains(chunk.maxMs())) {
        problem(block, "a chunk of " + one.labels() + " lies outside " + block.range());
      }
    }
    return count;
  }

  private void postings(Block block, BlockIndex index, Labels labels, int number) {
    for (Label label : labels) {
      Postings list = index.postings(label.name(), label.value());
      if (!list.contains(number)) {
        problem(block, "series " + labels + " is not listed under " + label.name());
      }
    }
  }

  /// Finds a sample that two blocks have.
  private void together(List<Block> blocks) {
    @Nullable Labels last = null;
    try {
      Iterator<Selected> all = BlockSet.merged(blocks).iterator();
      while (all.hasNext()) {
        last = all.next().labels();
      }
    } catch (IllegalStateException e) {
      problems.add(folder + ": after series " + last + ": " + e.getMessage());
    } catch (UncheckedIOException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  private void problem(Block block, String what) {
    problems.add(block.path() + ": " + what);
  }
}
