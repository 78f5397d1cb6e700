package dev.mangru.tsdb.compact;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockWriter;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.block.PartWriter;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.compact.StoredFile.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CancellationException;

/// Carries out merges: reads files that never change, writes one new file, and does nothing else.
/// Confined to one thread.
///
/// Series by series, so that memory holds one series' samples, a directory group of each input, the
/// new file's index and its columns of times. Of two samples of one series at one time the one
/// counts that was written first ([StoredFile#BY_PRECEDENCE]), after what was deleted in either
/// file is gone.
///
/// A failure, or [Cancellation], leaves no file behind.
///
/// **Deletions beside a merge.** A tombstone concerns files of lower numbers, and a merge applies
/// the tombstones it was given. So the number of the new file and the tombstones must be taken in
/// one step that no deletion can come between: a deletion takes its number and publishes its
/// tombstone under the same lock. Otherwise a tombstone that the merge does not know could have a
/// number lower than the new file's, and what it deleted would come back.
public final class Merge {

  private final Disk disk;
  private final SeriesLabels labels;
  private final Tombstones tombstones;
  private final Retention retention;
  private final long nowMs;
  private final Cancellation cancellation;
  private final Progress progress;

  /// What came of a merge.
  ///
  /// @param samples in the new file; with 0 there is none, and the inputs go without a successor
  /// @param series in the new file
  /// @param bytes of the new file, about
  public record Merged(long samples, int series, long bytes) {}

  /// Merges as of now.
  ///
  /// @param labels of the references in parts
  /// @param tombstones taken together with the number of the new file, see above
  /// @param nowMs the store's time, for the retention
  /// @param cancellation looked at between two series
  public Merge(
      Disk disk,
      SeriesLabels labels,
      Tombstones tombstones,
      Retention retention,
      long nowMs,
      Cancellation cancellation,
      Progress progress) {
    this.disk = disk;
    this.labels = labels;
    this.tombstones = tombstones;
    this.retention = retention;
    this.nowMs = nowMs;
    this.cancellation = cancellation;
    this.progress = progress;
  }

  /// Carries out a plan that writes a file.
  ///
  /// @param inputs those of the plan
  /// @param target the new file; its number is higher than that of every tombstone known here
  /// @return what the new file is; none if no sample was left, and no file
  /// @throws CancellationException if it was cancelled
  public Optional<Kind> carryOut(Plan plan, List<? extends MergeInput> inputs, Path target)
      throws IOException {
    TimeRange window =
        switch (plan) {
          case Plan.MergeParts parts -> parts.window();
          case Plan.PartsToBlock block -> block.window();
          case Plan.MergeBlocks blocks -> blocks.window();
          case Plan.Rewrite _ -> windowOf(inputs.getFirst());
          case Plan.Drop drop ->
              throw new IllegalArgumentException("a drop writes no file: " + drop.reason());
        };
    List<MergeInput.Part> parts =
        inputs.stream()
            .filter(MergeInput.Part.class::isInstance)
            .map(MergeInput.Part.class::cast)
            .toList();
    boolean toPart =
        plan instanceof Plan.MergeParts
            || (plan instanceof Plan.Rewrite rewrite && rewrite.input().isPart());
    Merged merged = toPart ? toPart(parts, window, target) : toBlock(inputs, window, target);
    return merged.samples() == 0 ? Optional.empty() : Optional.of(toPart ? Kind.PART : Kind.BLOCK);
  }

  private static TimeRange windowOf(MergeInput input) {
    return switch (input) {
      case MergeInput.Part part -> part.file().sealed().window();
      case MergeInput.Block block -> block.file().sealed().window();
    };
  }

  /// Merges parts into a part.
  ///
  /// @param window the window they lie in
  /// @param target the new file; its number is higher than that of every tombstone known here
  /// @throws CancellationException if it was cancelled
  public Merged toPart(List<MergeInput.Part> inputs, TimeRange window, Path target)
      throws IOException {
    List<FileCursor> cursors = new ArrayList<>();
    for (MergeInput.Part part : sorted(inputs)) {
      cursors.add(cursor(cursors.size(), part.stored(), part.file().cursor()));
    }
    try (PartWriter writer = new PartWriter(disk, target, sealed(inputs, window))) {
      new ToPart(cursors, writer).run();
      if (writer.samples() == 0) {
        return new Merged(0, 0, 0);
      }
      writer.finish();
      return new Merged(writer.samples(), writer.series(), writer.lengthBytes());
    }
  }

  /// Merges parts and blocks into a block.
  ///
  /// @param window the window they lie in
  /// @param target the new file; its number is higher than that of every tombstone known here
  /// @throws CancellationException if it was cancelled
  public Merged toBlock(List<? extends MergeInput> inputs, TimeRange window, Path target)
      throws IOException {
    List<FileCursor> parts = new ArrayList<>();
    PriorityQueue<Source> sources = new PriorityQueue<>(Comparator.comparing(Source::labels));
    int precedence = 0;
    for (MergeInput input : sorted(inputs)) {
      switch (input) {
        case MergeInput.Part part ->
            parts.add(cursor(precedence++, part.stored(), part.file().cursor()));
        case MergeInput.Block block -> {
          FileCursor cursor = cursor(precedence++, block.stored(), block.file().cursor());
          offer(sources, new Source.OfBlock(cursor, block.file()));
        }
      }
    }
    if (!parts.isEmpty()) {
      offer(sources, new Source.OfParts(parts, new SortedRefs(refs(parts), labels)));
    }
    try (BlockWriter writer = new BlockWriter(disk, target, sealed(inputs, window))) {
      write(sources, writer);
      if (writer.samples() == 0) {
        return new Merged(0, 0, 0);
      }
      writer.finish();
      return new Merged(writer.samples(), writer.series(), writer.lengthBytes());
    }
  }

  private static <T extends MergeInput> List<T> sorted(List<T> inputs) {
    return inputs.stream()
        .sorted(Comparator.comparing(MergeInput::stored, StoredFile.BY_PRECEDENCE))
        .toList();
  }

  private FileCursor cursor(int precedence, StoredFile stored, ChunkCursor chunks) {
    return new FileCursor(precedence, stored, chunks, tombstones, retention, nowMs);
  }

  private static Sealed sealed(List<? extends MergeInput> inputs, TimeRange window) {
    int level = 0;
    long first = Long.MAX_VALUE;
    long last = 0;
    for (MergeInput input : inputs) {
      Sealed sealed =
          switch (input) {
            case MergeInput.Part part -> part.file().sealed();
            case MergeInput.Block block -> block.file().sealed();
          };
      level = Math.max(level, sealed.level());
      first = Math.min(first, sealed.firstSeq());
      last = Math.max(last, sealed.lastSeq());
    }
    return new Sealed(level + 1, window, first, last);
  }

  private void checkCancelled() {
    if (cancellation.requested()) {
      throw new CancellationException("the merge was cancelled; its inputs stay as they are");
    }
  }

  // ---- parts to a part -------------------------------------------------------------------------

  /// Goes through all parts in the order of references.
  private final class ToPart implements SeriesMerge.Target {
    private final PriorityQueue<FileCursor> queue =
        new PriorityQueue<>(
            Comparator.<FileCursor>comparingInt(c -> c.chunks.ref())
                .thenComparingInt(c -> c.precedence));
    private final PartWriter writer;
    private final SeriesMerge series = new SeriesMerge();
    private int ref;

    ToPart(List<FileCursor> cursors, PartWriter writer) throws IOException {
      this.writer = writer;
      for (FileCursor cursor : cursors) {
        if (cursor.chunks.next()) {
          queue.add(cursor);
        }
      }
    }

    void run() throws IOException {
      List<FileCursor> same = new ArrayList<>();
      for (FileCursor head = queue.poll(); head != null; head = queue.poll()) {
        checkCancelled();
        same.clear();
        same.add(head);
        ref = head.chunks.ref();
        for (FileCursor next = queue.peek();
            next != null && next.chunks.ref() == ref;
            next = queue.peek()) {
          same.add(queue.remove());
        }
        for (FileCursor cursor : same) {
          if (cursor.needsLabels()) {
            cursor.at(labels.labels(ref));
          }
        }
        series.merge(same, this, progress);
        for (FileCursor cursor : same) {
          if (cursor.chunks.next()) {
            queue.add(cursor);
          }
        }
      }
    }

    @Override
    public void add(SampleColumns samples, int from, int to) throws IOException {
      writer.add(ref, samples, from, to);
    }

    @Override
    public void copy(ChunkCursor source, int chunk) throws IOException {
      writer.addEncoded(ref, source, chunk);
    }
  }

  // ---- to a block ------------------------------------------------------------------------------

  private static BitSet refs(List<FileCursor> parts) throws IOException {
    BitSet refs = new BitSet();
    for (FileCursor part : parts) {
      while (part.chunks.next()) {
        refs.set(part.chunks.ref());
      }
    }
    return refs;
  }

  private static void offer(PriorityQueue<Source> sources, Source source) throws IOException {
    if (source.next()) {
      sources.add(source);
    }
  }

  private void write(PriorityQueue<Source> sources, BlockWriter writer) throws IOException {
    ToBlock target = new ToBlock(writer);
    SeriesMerge series = new SeriesMerge();
    List<Source> same = new ArrayList<>();
    List<FileCursor> inputs = new ArrayList<>();
    for (Source head = sources.poll(); head != null; head = sources.poll()) {
      checkCancelled();
      Labels current = head.labels();
      same.clear();
      same.add(head);
      for (Source next = sources.peek();
          next != null && next.labels().equals(current);
          next = sources.peek()) {
        same.add(sources.remove());
      }
      inputs.clear();
      for (Source source : same) {
        source.gather(inputs);
      }
      for (FileCursor input : inputs) {
        input.at(current);
      }
      inputs.sort(Comparator.comparingInt(c -> c.precedence));
      target.labels = current;
      series.merge(inputs, target, progress);
      for (Source source : same) {
        offer(sources, source);
      }
    }
  }

  private static final class ToBlock implements SeriesMerge.Target {
    private final BlockWriter writer;
    private Labels labels = Labels.empty();

    ToBlock(BlockWriter writer) {
      this.writer = writer;
    }

    @Override
    public void add(SampleColumns samples, int from, int to) throws IOException {
      writer.add(labels, samples, from, to);
    }

    @Override
    public void copy(ChunkCursor source, int chunk) throws IOException {
      writer.addEncoded(labels, source, chunk);
    }
  }
}
