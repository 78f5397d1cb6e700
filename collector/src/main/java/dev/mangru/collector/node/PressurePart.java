package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Pressure stalls. They are in the unified tree on hybrid hosts too, where every container of runc
/// has a cgroup.
final class PressurePart implements CgroupPart {

  private final FileBytes bytes;
  private final @Nullable KeptFile cpu;
  private final @Nullable KeptFile memory;
  private final @Nullable KeptFile io;

  PressurePart(Cgroups cgroups, String path, FileBytes bytes) {
    this.bytes = bytes;
    Path folder = cgroups.unified(path);
    this.cpu = CpuPart.file(folder, "cpu.pressure");
    this.memory = CpuPart.file(folder, "memory.pressure");
    this.io = CpuPart.file(folder, "io.pressure");
  }

  @Override
  public void write(SeriesBook.Group row) throws IOException {
    one(row, cpu, ContainerFamilies.CPU_WAITING, ContainerFamilies.CPU_STALLED);
    one(row, memory, ContainerFamilies.MEMORY_WAITING, ContainerFamilies.MEMORY_STALLED);
    one(row, io, ContainerFamilies.IO_WAITING, ContainerFamilies.IO_STALLED);
  }

  private void one(SeriesBook.Group row, @Nullable KeptFile file, Family some, Family full)
      throws IOException {
    if (file != null && file.read(bytes)) {
      PressureCollector.writePressure(bytes, row, some, full);
    }
  }

  @Override
  public void close() throws IOException {
    CpuPart.closeAll(cpu, memory, io);
  }
}
