package dev.mangru.collector.node;

import java.io.Closeable;
import java.io.IOException;

/// The files of one controller for one cgroup, kept open. Confined to the scanner's thread.
interface CgroupPart extends Closeable {

  /// Writes what the files say now.
  ///
  /// @throws IOException when a file that was open is gone: the cgroup was removed, and perhaps
  ///   made again under the same path
  void write(SeriesBook.Group row) throws IOException;
}
