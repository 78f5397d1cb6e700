package dev.mangru.tsdb.compact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockFile;
import dev.mangru.tsdb.block.ChunkCursor;
import dev.mangru.tsdb.block.PartFile;
import dev.mangru.tsdb.block.PartWriter;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.compact.Planner.Inventory;
import dev.mangru.tsdb.compact.StoredFile.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The least store around this package: seals, deletes and carries plans out over real files, and
/// keeps the same samples in maps. What both say is compared bit for bit.
final class PaperStore implements AutoCloseable {

  /// One sample, by its bits.
  record Sample(long bits, long startMs, NativeHistogram histogram) {}

  final Disk disk;
  final Path directory;
  final List<Labels> series;
  final CompactOptions options;
  final Progress progress = new Progress();
  final Map<Long, MergeInput> files = new TreeMap<>();
  final Map<Labels, TreeMap<Long, Sample>> expected = new HashMap<>();
  Tombstones tombstones = Tombstones.NONE;
  Cancellation cancellation = new Cancellation();
  long nextNumber = 1;
  private long nextSeq = 1;

  PaperStore(Disk disk, Path directory, List<Labels> series, CompactOptions options) {
    this.disk = disk;
    this.directory = directory;
    this.series = series;
    this.options = options;
  }

  Path path(long number) {
    return directory.resolve("%06d".formatted(number));
  }

  /// Writes a part of one window; `samples` by reference.
  void seal(Map<Integer, ? extends Map<Long, Sample>> samples, long nowMs) throws IOException {
    long number = nextNumber++;
    long seq = nextSeq++;
    SampleColumns columns = new SampleColumns();
    try (PartWriter writer =
        new PartWriter(disk, path(number), new Sealed(0, TimeRange.ALL, seq, seq))) {
      for (Map.Entry<Integer, ? extends Map<Long, Sample>> entry : samples.entrySet()) {
        columns.clear();
        entry
            .getValue()
            .forEach((t, s) ->
                columns.add(t, s.startMs(), Double.longBitsToDouble(s.bits()), s.histogram()));
        writer.add(entry.getKey(), columns);
        TreeMap<Long, Sample> known =
            expected.computeIfAbsent(series.get(entry.getKey()), _ -> new TreeMap<>());
        entry.getValue().forEach(known::putIfAbsent);
      }
      writer.finish();
    }
    open(number, Kind.PART, nowMs);
  }

  void delete(List<LabelMatcher> matchers, TimeRange range, long nowMs) {
    tombstones = tombstones.plus(List.of(new Tombstone(nextNumber++, matchers, range, nowMs)));
    expected.forEach((labels, samples) -> {
      if (LabelMatcher.allMatch(matchers, labels)) {
        samples.keySet().removeIf(range::contains);
      }
    });
  }

  private void open(long number, Kind kind, long nowMs) throws IOException {
    Path path = path(number);
    switch (kind) {
      case PART -> {
        PartFile file = PartFile.open(disk, path);
        files.put(
            number,
            new MergeInput.Part(
                new StoredFile(
                    number,
                    kind,
                    file.range(),
                    file.firstSeq(),
                    file.lastSeq(),
                    file.samples(),
                    file.lengthBytes(),
                    nowMs),
                file));
      }
      case BLOCK -> {
        BlockFile file = BlockFile.open(disk, path);
        files.put(
            number,
            new MergeInput.Block(
                new StoredFile(
                    number,
                    kind,
                    file.range(),
                    file.firstSeq(),
                    file.lastSeq(),
                    file.samples(),
                    file.lengthBytes(),
                    nowMs),
                file));
      }
    }
  }

  List<StoredFile> stored() {
    return files.values().stream().map(MergeInput::stored).toList();
  }

  Inventory inventory(long nowMs) throws IOException {
    Map<Long, Long> removable =
        new Removal().survey(files.values(), this::labels, tombstones, options.retention(), nowMs);
    return new Inventory(stored(), removable, nowMs, Long.MAX_VALUE, options);
  }

  Labels labels(int ref) {
    return series.get(ref);
  }

  /// Carries out the next plan; false if there is none.
  boolean step(long nowMs, boolean settle) throws IOException {
    Inventory inventory = inventory(nowMs);
    Optional<Plan> plan = settle ? Planner.settle(inventory) : Planner.next(inventory);
    if (plan.isEmpty()) {
      return false;
    }
    carryOut(plan.get(), nowMs);
    return true;
  }

  /// Removes at once whatever was deleted.
  void clean(long nowMs) throws IOException {
    long newest = nextNumber - 1;
    for (Optional<Plan> plan = Planner.clean(inventory(nowMs));
        plan.isPresent();
        plan = Planner.clean(inventory(nowMs))) {
      carryOut(plan.get(), nowMs);
    }
    tombstones = tombstones.after(newest);
  }

  void carryOut(Plan plan, long nowMs) throws IOException {
    List<MergeInput> inputs = new ArrayList<>();
    for (StoredFile file : plan.inputs()) {
      inputs.add(files.get(file.number()));
    }
    if (!(plan instanceof Plan.Drop)) {
      long number = nextNumber++;
      Merge merge =
          new Merge(
              disk, this::labels, tombstones, options.retention(), nowMs, cancellation, progress);
      Optional<Kind> kind = merge.carryOut(plan, inputs, path(number));
      if (kind.isPresent()) {
        open(number, kind.get(), nowMs);
      } else {
        assertThat(disk.exists(path(number))).isFalse();
      }
    }
    for (MergeInput input : inputs) {
      release(input);
      files.remove(input.stored().number());
      disk.delete(path(input.stored().number()));
    }
    tombstones = tombstones.stillNeeded(stored());
  }

  /// Reads everything as a query would.
  Map<Labels, Map<Long, Sample>> read() throws IOException {
    Map<Labels, Map<Long, Sample>> all = new HashMap<>();
    SampleColumns columns = new SampleColumns();
    for (MergeInput input :
        files.values().stream()
            .sorted((a, b) -> StoredFile.BY_PRECEDENCE.compare(a.stored(), b.stored()))
            .toList()) {
      ChunkCursor cursor =
          switch (input) {
            case MergeInput.Part part -> part.file().cursor();
            case MergeInput.Block block -> block.file().cursor();
          };
      Deleted deleted = tombstones.in(input.stored().number(), input.stored().range());
      while (cursor.next()) {
        Labels labels =
            switch (input) {
              case MergeInput.Part _ -> series.get(cursor.ref());
              case MergeInput.Block block -> block.file().labels(cursor.ref());
            };
        columns.clear();
        cursor.read(TimeRange.ALL, columns);
        Deleted.remove(columns, deleted.intervals(labels));
        Map<Long, Sample> samples = all.computeIfAbsent(labels, _ -> new TreeMap<>());
        for (int i = 0; i < columns.count(); i++) {
          samples.putIfAbsent(
              columns.timesMs()[i],
              new Sample(
                  Double.doubleToRawLongBits(columns.values()[i]),
                  columns.startMs(i),
                  columns.histogram(i)));
        }
      }
    }
    return all;
  }

  void assertSame() throws IOException {
    Map<Labels, Map<Long, Sample>> found = read();
    found.values().removeIf(Map::isEmpty);
    Map<Labels, Map<Long, Sample>> wanted = new HashMap<>(expected);
    wanted.values().removeIf(Map::isEmpty);
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach((labels, samples) ->
        assertThat(found.get(labels)).as(labels.toString()).isEqualTo(samples));
  }

  /// Opens a file anew, after a test changed its bytes.
  void reopen(long number) throws IOException {
    MergeInput before = files.get(number);
    release(before);
    open(number, before.stored().kind(), before.stored().createdMs());
  }

  private static void release(MergeInput input) {
    switch (input) {
      case MergeInput.Part part -> part.file().release();
      case MergeInput.Block block -> block.file().release();
    }
  }

  @Override
  public void close() {
    files.values().forEach(PaperStore::release);
  }
}
