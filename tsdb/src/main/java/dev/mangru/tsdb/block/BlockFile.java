package dev.mangru.tsdb.block;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.CorruptDataException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.codec.MalformedBytesException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A sealed file of samples with an index of its own: series are numbered from 0 in label order.
/// Immutable and thread-safe; mapped until its owner and everyone who retained it have released it.
/// On POSIX it may be deleted meanwhile.
///
/// Methods that read throw [CorruptDataException] where bytes cannot be right, and [IOException]
/// where the disk does not give them.
public final class BlockFile extends SampleFile {

  private volatile @Nullable BlockIndex loaded;

  private BlockFile(SealedFile file) {
    super(file);
  }

  /// Maps a block and checks its header, footer and table of page checksums. The caller holds it.
  ///
  /// @throws CorruptDataException if they do not check
  public static BlockFile open(Disk disk, Path path) throws IOException {
    return new BlockFile(SealedFile.open(disk, path, Footer.Kind.BLOCK));
  }

  /// Bytes of the file that are index: labels and directory, without chunks and times.
  public long indexBytes() {
    return file.footer().sections().stream().mapToLong(Footer.Section::length).sum()
        - file.section(2).length();
  }

  @Override
  public long bytes() {
    BlockIndex index = loaded;
    return super.bytes() + (index == null ? 0 : index.bytes());
  }

  BlockIndex index() throws IOException {
    BlockIndex index = loaded;
    if (index == null) {
      index = load(file);
      loaded = index;
    }
    return index;
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T guarded(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), file.footer().index(), e);
    }
  }

  static BlockIndex load(SealedFile file) throws IOException {
    try {
      return new BlockIndex(file);
    } catch (MalformedBytesException e) {
      throw e.in(file.path(), 0);
    } catch (InternalError e) {
      throw SealedFile.unreadable(file.path(), 0, e);
    }
  }

  /// The labels of a series. Equal texts are mostly the same String object.
  ///
  /// @throws IllegalArgumentException if there is no such number
  public Labels labels(int number) throws IOException {
    if (number < 0 || number >= series()) {
      throw new IllegalArgumentException(
          file.path() + " has series 0 to " + (series() - 1) + ", not " + number);
    }
    return guarded(() -> index().labels(number));
  }

  /// The number of the series with exactly these labels, or -1.
  public int find(Labels labels) throws IOException {
    return guarded(() -> index().find(labels));
  }

  /// The numbers of all series that all of `matchers` select, ascending, which is label order. No
  /// matcher selects all.
  public int[] select(List<LabelMatcher> matchers) throws IOException {
    return guarded(() -> index().select(matchers));
  }

  /// As [#select(List)], only series with a chunk that overlaps `range`.
  public int[] select(List<LabelMatcher> matchers, TimeRange range) throws IOException {
    if (!range.overlaps(range())) {
      return new int[0];
    }
    int[] selected = select(matchers);
    if (range.contains(range().startMs()) && range.contains(range().endMs())) {
      return selected;
    }
    ChunkCursor cursor = cursor();
    int kept = 0;
    for (int number : selected) {
      if (cursor.seek(number) && cursor.overlaps(range)) {
        selected[kept++] = number;
      }
    }
    return Arrays.copyOf(selected, kept);
  }

  /// All label names, sorted by UTF-8, without a look at any series.
  public List<String> labelNames() throws IOException {
    return guarded(() -> index().labelNames());
  }

  /// The label names of the selected series, sorted by UTF-8.
  public List<String> labelNames(List<LabelMatcher> matchers) throws IOException {
    return matchers.isEmpty() ? labelNames() : guarded(() -> index().labelNames(matchers));
  }

  /// All values of a label, sorted by UTF-8, without a look at any series.
  public List<String> labelValues(String name) throws IOException {
    return guarded(() -> index().labelValues(name));
  }

  /// The values of a label in the selected series, sorted by UTF-8.
  public List<String> labelValues(String name, List<LabelMatcher> matchers) throws IOException {
    return matchers.isEmpty()
        ? labelValues(name)
        : guarded(() -> index().labelValues(name, matchers));
  }

  /// How many series there are of each metric name, sorted by UTF-8; those without one under the
  /// empty name. Looks neither at series nor at chunks.
  public Map<String, Integer> countByMetricName() throws IOException {
    return guarded(() -> index().countByMetricName());
  }

  /// How many of the selected series have each value of a label, sorted by UTF-8; those without it
  /// under the empty value.
  public Map<String, Integer> countByValue(String name, List<LabelMatcher> matchers)
      throws IOException {
    return matchers.isEmpty() && name.equals(Labels.METRIC_NAME)
        ? countByMetricName()
        : guarded(() -> index().countByValue(name, select(matchers)));
  }
}
