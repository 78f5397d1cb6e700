package dev.mangru.tsdb;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.time.TimeRange;
import dev.mangru.tsdb.block.BlockWriter;
import dev.mangru.tsdb.block.Sealed;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Writes samples from elsewhere straight to blocks, one for each window, past log and memory,
/// while others write and ask.
///
/// While a window is open no files are merged. Its block has the sequence number of the moment when
/// it was opened, so what was there comes first where both have a sample at a time; samples that
/// come meanwhile are looked for before the block counts ([Incoming]). Confined to one thread.
final class BulkImport implements ImportTarget {

  private final TsdbOptions options;
  private final InstantSource clock;
  private final Disk disk;
  private final FileSet files;
  private final Maintenance maintenance;
  private final Opener opener;

  /// Opens a view of the store.
  @FunctionalInterface
  interface Opener {
    TsdbQuerier open(TimeRange range);
  }

  BulkImport(
      TsdbOptions options,
      InstantSource clock,
      Disk disk,
      FileSet files,
      Maintenance maintenance,
      Opener opener) {
    this.options = options;
    this.clock = clock;
    this.disk = disk;
    this.files = files;
    this.maintenance = maintenance;
    this.opener = opener;
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
  public Window window(TimeRange window) {
    return new BlockWindow(window);
  }

  private void checkSpace() throws IOException {
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
  }

  private final class BlockWindow implements Window {

    private final TimeRange window;
    private final Maintenance.ImportTurn turn;
    private final TsdbQuerier there;
    private Manifest.@Nullable Entry entry;
    private @Nullable BlockWriter writer;
    private boolean closed;

    BlockWindow(TimeRange window) {
      this.window = window;
      this.turn = maintenance.beginImport();
      TsdbQuerier opened = null;
      try {
        opened = opener.open(window);
      } finally {
        if (opened == null) {
          maintenance.endImport();
        }
      }
      this.there = opened;
    }

    @Override
    public void existing(Labels labels, SampleColumns columns) throws IOException {
      there.read(labels, columns);
    }

    @Override
    public void add(Labels labels, SampleColumns samples) throws IOException {
      maintenance.checkOpen();
      BlockWriter out = writer;
      if (out == null) {
        checkSpace();
        Manifest.Entry made = new Manifest.Entry(true, files.nextNumber(), clock.millis());
        out =
            new BlockWriter(
                disk,
                made.path(options.directory()),
                new Sealed(0, window, turn.seq(), turn.seq()));
        entry = made;
        writer = out;
      }
      out.add(labels, samples);
    }

    @Override
    public void finish() throws IOException {
      BlockWriter out = writer;
      Manifest.Entry made = entry;
      if (out != null && made != null) {
        out.finish();
        maintenance.addBlock(made, window, turn);
      }
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try {
        there.close();
        BlockWriter out = writer;
        if (out != null) {
          out.close();
        }
      } finally {
        maintenance.endImport();
      }
    }
  }
}
