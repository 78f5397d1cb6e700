package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockWriter;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes samples from elsewhere straight to blocks, one for each window, past log and memory.
///
/// A block takes the next sequence number before it is written, so what is there already comes
/// first where both have a sample at a time. Confined to one thread.
final class BulkImport implements ImportTarget {

  private final TsdbOptions options;
  private final InstantSource clock;
  private final Disk disk;
  private final FileSet files;
  private final Maintenance maintenance;
  private final Function<TimeRange, Querier> querier;

  BulkImport(
      TsdbOptions options,
      InstantSource clock,
      Disk disk,
      FileSet files,
      Maintenance maintenance,
      Function<TimeRange, Querier> querier) {
    this.options = options;
    this.clock = clock;
    this.disk = disk;
    this.files = files;
    this.maintenance = maintenance;
    this.querier = querier;
  }

  @Override
  public long oldestMs() {
    return clock.millis() - options.kept().longestMs();
  }

  @Override
  public long newestMs() {
    return clock.millis() + options.maxAhead().toMillis();
  }

  @Override
  public long windowMs() {
    return options.blockRange().toMillis();
  }

  @Override
  public @Nullable String refusal(Labels labels) {
    try {
      LabelLimits.check(labels, options);
      LabelLimits.checkEncodable(labels);
      return null;
    } catch (MangruException e) {
      return e.text();
    }
  }

  @Override
  public Querier existing(TimeRange window) {
    return querier.apply(window);
  }

  @Override
  public Window window(TimeRange window) throws IOException {
    long usable = disk.usableBytes(options.directory());
    if (usable < options.minFreeBytes()) {
      throw new MangruException(
          ErrorCode.UNAVAILABLE,
          "the disk of "
              + options.directory()
              + " has "
              + usable
              + " bytes left, less than min-free-bytes = "
              + options.minFreeBytes()
              + ": free some space and import again; what is imported stays");
    }
    return new BlockWindow(window);
  }

  private final class BlockWindow implements Window {

    private final TimeRange window;
    private final Manifest.Entry entry;
    private final BlockWriter writer;

    BlockWindow(TimeRange window) throws IOException {
      this.window = window;
      long seq = maintenance.takeSeq();
      entry = new Manifest.Entry(true, files.nextNumber(), clock.millis());
      writer =
          new BlockWriter(disk, entry.path(options.directory()), new Sealed(0, window, seq, seq));
    }

    @Override
    public void add(Labels labels, SampleColumns samples) throws IOException {
      writer.add(labels, samples);
    }

    @Override
    public void finish() throws IOException {
      writer.finish();
      maintenance.addBlock(entry, window);
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
