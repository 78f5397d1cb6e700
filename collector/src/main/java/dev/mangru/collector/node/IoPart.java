package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Bytes and operations on block devices.
final class IoPart implements CgroupPart {

  /// Version 1 kernels count in one of these, the first that says anything.
  private static final String[] V1_PREFIXES = {"blkio.throttle.", "blkio.bfq."};

  private final FileBytes bytes;
  private final BlockDevices devices;

  /// Version 2.
  private final @Nullable KeptFile stat;

  /// Version 1, in order of [#V1_PREFIXES].
  private final KeptFile[] serviceBytes;

  private final KeptFile[] serviced;

  IoPart(Cgroups cgroups, String path, FileBytes bytes, BlockDevices devices) {
    this.bytes = bytes;
    this.devices = devices;
    Path v1 = cgroups.v1("blkio", path);
    this.stat = v1 == null ? CpuPart.file(cgroups.unified(path), "io.stat") : null;
    this.serviceBytes = files(v1, "io_service_bytes_recursive");
    this.serviced = files(v1, "io_serviced_recursive");
  }

  private static KeptFile[] files(@Nullable Path folder, String name) {
    if (folder == null) {
      return new KeptFile[0];
    }
    KeptFile[] files = new KeptFile[V1_PREFIXES.length];
    for (int i = 0; i < files.length; i++) {
      files[i] = KeptFile.ofCgroup(folder.resolve(V1_PREFIXES[i] + name));
    }
    return files;
  }

  @Override
  public void write(SeriesBook.Group row) throws IOException {
    KeptFile file = stat;
    if (file != null && file.read(bytes)) {
      v2(row);
    }
    v1(row, serviceBytes, ContainerFamilies.FS_READ_BYTES, ContainerFamilies.FS_WRITTEN_BYTES);
    v1(row, serviced, ContainerFamilies.FS_READS, ContainerFamilies.FS_WRITES);
  }

  /// `8:0 Read 4096`; a device that did nothing has no line, and the last line is a total.
  private void v1(SeriesBook.Group row, KeptFile[] files, Family read, Family written)
      throws IOException {
    for (KeptFile file : files) {
      boolean any = false;
      if (file.read(bytes)) {
        while (bytes.hasMore()) {
          String device = devices.name(bytes.word());
          Family family = bytes.skipIf("Read") ? read : bytes.skipIf("Write") ? written : null;
          if (family != null && !device.isEmpty()) {
            row.count(family, "device", device, bytes.number());
            any = true;
          }
          bytes.nextLine();
        }
      }
      if (any) {
        return;
      }
    }
  }

  /// `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`.
  private void v2(SeriesBook.Group row) {
    while (bytes.hasMore()) {
      String device = devices.name(bytes.word());
      while (!bytes.atLineEnd()) {
        bytes.skipBlanks();
        Family family = v2Key();
        if (family == null) {
          bytes.skipWord();
        } else if (!device.isEmpty()) {
          row.count(family, "device", device, bytes.number());
        }
      }
      bytes.nextLine();
    }
  }

  /// Steps over a key that is told, and gives its family; null at any other word.
  private @Nullable Family v2Key() {
    if (bytes.skipIfStarts("rbytes=")) {
      return ContainerFamilies.FS_READ_BYTES;
    }
    if (bytes.skipIfStarts("wbytes=")) {
      return ContainerFamilies.FS_WRITTEN_BYTES;
    }
    if (bytes.skipIfStarts("rios=")) {
      return ContainerFamilies.FS_READS;
    }
    return bytes.skipIfStarts("wios=") ? ContainerFamilies.FS_WRITES : null;
  }

  @Override
  public void close() throws IOException {
    CpuPart.closeAll(stat);
    CpuPart.closeAll(serviceBytes);
    CpuPart.closeAll(serviced);
  }
}
