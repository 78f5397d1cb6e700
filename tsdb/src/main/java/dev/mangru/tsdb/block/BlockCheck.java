package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.tsdb.block.FileCheck.LostChunk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads every byte of a part or block, compares what must agree, and can copy what is sound to a
/// new file. Changes nothing. Confined to one thread.
public final class BlockCheck {

  /// Problems and lost chunks that are listed; the rest is counted. Chosen: what a person reads.
  public static final int MAX_LISTED = 1_000;

  /// Takes what is sound.
  private interface Target {
    void add(int ref, @Nullable Labels labels, ChunkCursor cursor, int chunk) throws IOException;
  }

  private final SealedFile file;
  private final Path path;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private final List<LostChunk> lost = new ArrayList<>();
  private final SampleColumns columns = new SampleColumns();
  private long problemCount;
  private long samplesFound;
  private long chunksFound;
  private int seriesFound;
  private long minMs = Long.MAX_VALUE;
  private long maxMs = Long.MIN_VALUE;

  private BlockCheck(SealedFile file) {
    this.file = file;
    this.path = file.path();
  }

  /// Checks a part.
  public static FileCheck part(Disk disk, Path path) {
    return check(disk, path, Footer.Kind.PART);
  }

  /// Checks a block.
  public static FileCheck block(Disk disk, Path path) {
    return check(disk, path, Footer.Kind.BLOCK);
  }

  private static FileCheck check(Disk disk, Path path, Footer.Kind kind) {
    try {
      SealedFile file = SealedFile.open(disk, path, kind);
      try {
        return new BlockCheck(file).run(kind, (_, _, _, _) -> {});
      } finally {
        file.release();
      }
    } catch (IOException e) {
      return unusable(path, e);
    }
  }

  private static FileCheck unusable(Path path, IOException cause) {
    return new FileCheck(path, false, -1, -1, List.of(), List.of("" + cause.getMessage()));
  }

  /// Checks a part and copies what is sound to a new part with the same level, window and sequence
  /// numbers. There is no new file if nothing is sound.
  ///
  /// @throws IOException if the new file cannot be written
  public static FileCheck rescuePart(Disk disk, Path from, Path to) throws IOException {
    SealedFile file;
    try {
      file = SealedFile.open(disk, from, Footer.Kind.PART);
    } catch (IOException e) {
      return unusable(from, e);
    }
    try (PartWriter writer = new PartWriter(disk, to, file.footer().sealed())) {
      FileCheck check =
          new BlockCheck(file)
              .run(
                  Footer.Kind.PART,
                  (ref, _, cursor, chunk) -> writer.addEncoded(ref, cursor, chunk));
      if (writer.samples() > 0) {
        writer.finish();
      }
      return check;
    } finally {
      file.release();
    }
  }

  /// As [#rescuePart], for a block.
  ///
  /// @throws IOException if the new file cannot be written
  public static FileCheck rescueBlock(Disk disk, Path from, Path to) throws IOException {
    SealedFile file;
    try {
      file = SealedFile.open(disk, from, Footer.Kind.BLOCK);
    } catch (IOException e) {
      return unusable(from, e);
    }
    try (BlockWriter writer = new BlockWriter(disk, to, file.footer().sealed())) {
      FileCheck check =
          new BlockCheck(file)
              .run(
                  Footer.Kind.BLOCK,
                  (_, labels, cursor, chunk) ->
                      writer.addEncoded(Objects.requireNonNull(labels), cursor, chunk));
      if (writer.samples() > 0) {
        writer.finish();
      }
      return check;
    } finally {
      file.release();
    }
  }

  private FileCheck run(Footer.Kind kind, Target target) throws IOException {
    for (int page = 0; page < file.footer().pages(); page++) {
      try {
        file.verifyPage(page);
      } catch (IOException e) {
        problem(e);
      }
    }
    @Nullable BlockIndex index = null;
    boolean usable = true;
    if (kind == Footer.Kind.BLOCK) {
      try {
        index = BlockFile.load(file);
        dictionary(index);
      } catch (IOException e) {
        problem(e);
        usable = index != null;
      }
    }
    if (usable) {
      usable = series(index, target);
    }
    if (problemCount == 0) {
      totals();
    }
    long samples = file.footer().samples();
    if (problemCount > problems.size()) {
      problems.add(path + ": and " + (problemCount - problems.size()) + " more problems");
    }
    return new FileCheck(
        path, usable, samples, Math.max(0, samples - samplesFound), lost, problems);
  }

  /// What lookups by binary search rely on.
  private void dictionary(BlockIndex index) throws IOException {
    Symbols symbols = index.symbols();
    String before = null;
    for (int symbol = 0; symbol < symbols.count(); symbol++) {
      String text = symbols.text(symbol);
      if (before != null && Labels.compareUtf8(before, text) >= 0) {
        problem("symbol " + symbol + " \"" + text + "\" comes after \"" + before + '"');
      }
      before = text;
    }
    LabelNames names = index.names();
    for (int name = 0; name < names.count(); name++) {
      int last = -1;
      for (int value = 1; value <= names.values(name); value++) {
        int symbol = names.symbol(name, value);
        if (symbol <= last) {
          problem("the values of label " + names.name(name) + " do not ascend at " + value);
        }
        last = symbol;
      }
      symbols.text(last); // the highest one is there, so all are
    }
  }

  private boolean series(@Nullable BlockIndex index, Target target) throws IOException {
    ChunkCursor cursor;
    try {
      cursor = new ChunkCursor(file);
    } catch (IOException e) {
      problem(e);
      return false;
    }
    int lastRef = -1;
    @Nullable Labels before = null;
    while (true) {
      try {
        if (!cursor.next()) {
          return true;
        }
      } catch (IOException e) {
        problem(e); // the whole group; the cursor goes on behind it
        continue;
      }
      int ref = cursor.ref();
      if (ref <= lastRef || (index != null && ref >= file.footer().series())) {
        problem("series " + ref + " comes after series " + lastRef);
        continue;
      }
      @Nullable Labels labels = null;
      if (index != null) {
        labels = labels(index, ref);
        if (labels != null && before != null && before.compareTo(labels) >= 0) {
          problem("series " + labels + " comes after " + before);
          labels = null;
        }
        before = labels == null ? before : labels;
      }
      lastRef = ref;
      seriesFound++;
      chunks(cursor, labels, index == null || labels != null, target);
    }
  }

  private @Nullable Labels labels(BlockIndex index, int ref) {
    try {
      return index.labels(ref);
    } catch (IOException e) {
      problem(e);
      return null;
    }
  }

  private void chunks(ChunkCursor cursor, @Nullable Labels labels, boolean named, Target target)
      throws IOException {
    @Nullable Long lastMs = null;
    for (int chunk = 0; chunk < cursor.chunks(); chunk++) {
      if (named && sound(cursor, chunk, lastMs)) {
        lastMs = cursor.maxMs(chunk);
        minMs = Math.min(minMs, cursor.minMs(chunk));
        maxMs = Math.max(maxMs, lastMs);
        samplesFound += cursor.samples(chunk);
        chunksFound++;
        target.add(cursor.ref(), labels, cursor, chunk);
      } else if (lost.size() < MAX_LISTED) {
        lost.add(new LostChunk(cursor.ref(), labels, chunk, samples(cursor, chunk)));
      }
    }
  }

  private static int samples(ChunkCursor cursor, int chunk) {
    try {
      return cursor.samples(chunk);
    } catch (IOException e) {
      return 0; // reported where the chunk was read
    }
  }

  private boolean sound(ChunkCursor cursor, int chunk, @Nullable Long lastMs) {
    columns.clear();
    try {
      cursor.read(chunk, columns);
      long first = cursor.minMs(chunk);
      long last = cursor.maxMs(chunk);
      long[] times = columns.timesMs();
      int count = columns.count();
      boolean right = count == cursor.samples(chunk);
      right = right && times[0] == first && times[count - 1] == last;
      right = right && (lastMs == null || lastMs < first);
      for (int i = 1; right && i < count; i++) {
        right = times[i - 1] < times[i];
      }
      if (!right) {
        problem(
            "at offset %d: expected chunk %d of series %d with %d ascending times from %d to %d,"
                    .formatted(
                        cursor.offset(chunk),
                        chunk,
                        cursor.ref(),
                        cursor.samples(chunk),
                        first,
                        last)
                + " found other times");
      }
      return right;
    } catch (IOException e) {
      problem(e);
      return false;
    }
  }

  private void totals() {
    Footer footer = file.footer();
    if (samplesFound != footer.samples()
        || chunksFound != footer.chunks()
        || seriesFound != footer.series()
        || minMs != footer.range().startMs()
        || maxMs != footer.range().endMs()) {
      problem(
          "expected as the footer says %d samples in %d chunks of %d series from %d to %d,"
                  .formatted(
                      footer.samples(),
                      footer.chunks(),
                      footer.series(),
                      footer.range().startMs(),
                      footer.range().endMs())
              + " found %d in %d of %d from %d to %d"
                  .formatted(samplesFound, chunksFound, seriesFound, minMs, maxMs));
    }
  }

  private void problem(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (known.size() < MAX_LISTED ? known.add(message) : !known.contains(message)) {
      list(message);
    }
  }

  private void problem(String what) {
    list(path + ": " + what);
  }

  private void list(String problem) {
    problemCount++;
    if (problems.size() < MAX_LISTED) {
      problems.add(problem);
    }
  }
}
