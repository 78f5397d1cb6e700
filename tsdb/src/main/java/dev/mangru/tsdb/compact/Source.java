package dev.mangru.tsdb.compact;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.block.BlockFile;
import java.io.IOException;
import java.util.List;

/// Series in label order, from one block or from all parts together. Confined to one thread.
sealed interface Source {

  /// Goes to the next series; false at the end.
  boolean next() throws IOException;

  /// The labels of the series it is at.
  Labels labels();

  /// Adds the cursors that are at this series.
  void gather(List<FileCursor> inputs) throws IOException;

  /// The series of a block.
  final class OfBlock implements Source {
    private final FileCursor cursor;
    private final BlockFile file;
    private Labels labels = Labels.empty();

    OfBlock(FileCursor cursor, BlockFile file) {
      this.cursor = cursor;
      this.file = file;
    }

    @Override
    public boolean next() throws IOException {
      if (!cursor.chunks.next()) {
        return false;
      }
      labels = file.labels(cursor.chunks.ref());
      return true;
    }

    @Override
    public Labels labels() {
      return labels;
    }

    @Override
    public void gather(List<FileCursor> inputs) {
      inputs.add(cursor);
    }
  }

  /// The series of parts, which know them by reference.
  final class OfParts implements Source {
    private final List<FileCursor> parts;
    private final SortedRefs refs;

    OfParts(List<FileCursor> parts, SortedRefs refs) {
      this.parts = parts;
      this.refs = refs;
    }

    @Override
    public boolean next() {
      return refs.next();
    }

    @Override
    public Labels labels() {
      return refs.labels();
    }

    @Override
    public void gather(List<FileCursor> inputs) throws IOException {
      int ref = refs.ref();
      for (FileCursor part : parts) {
        if (part.chunks.seek(ref)) {
          inputs.add(part);
        }
      }
    }
  }
}
