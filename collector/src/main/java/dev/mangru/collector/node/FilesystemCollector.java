package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `/proc/1/mountinfo` and the size of each file system in it.
final class FilesystemCollector implements HostCollector {

  private static final Family SIZE =
      Family.gauge("node_filesystem_size_bytes", "Filesystem size in bytes.");
  private static final Family FREE =
      Family.gauge("node_filesystem_free_bytes", "Filesystem free space in bytes.");
  private static final Family AVAILABLE =
      Family.gauge("node_filesystem_avail_bytes", "Space for processes that are not root's.");
  private static final Family FILES =
      Family.gauge("node_filesystem_files", "Filesystem total file nodes.");
  private static final Family FILES_FREE =
      Family.gauge("node_filesystem_files_free", "Filesystem total free file nodes.");
  private static final Family READ_ONLY =
      Family.gauge("node_filesystem_readonly", "Filesystem read-only status.");
  private static final Family ERROR =
      Family.gauge("node_filesystem_device_error", "Whether asking for the size failed.");

  private final HostRoots roots;
  private final FileBytes bytes;
  private final MountGuard guard;

  FilesystemCollector(HostRoots roots, FileBytes bytes, MountGuard guard) {
    this.roots = roots;
    this.bytes = bytes;
    this.guard = guard;
  }

  @Override
  public String name() {
    return "filesystem";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    Path ofInit = roots.proc().resolve("1/mountinfo");
    Path mountinfo = Files.isReadable(ofInit) ? ofInit : roots.proc().resolve("self/mountinfo");
    if (!bytes.load(mountinfo)) {
      return;
    }
    List<Mount> mounts = Mount.parse(bytes);
    for (Mount mount : mounts) {
      one(host, mount);
    }
  }

  private void one(SeriesBook.Group host, Mount mount) {
    // Mount points are absolute on the host, and relative to where its root is seen from here.
    Path path = roots.rootfs().resolve(mount.mountpoint().substring(1));
    NativeCalls.FileSystemSize size;
    try {
      size = guard.size(path.toString());
    } catch (IOException _) {
      size = null; // Told by device_error: the mount is there and does not answer.
    }
    write(host, ERROR, mount, size == null ? 1 : 0);
    write(host, READ_ONLY, mount, mount.readOnly() ? 1 : 0);
    if (size != null) {
      write(host, SIZE, mount, size.size());
      write(host, FREE, mount, size.free());
      write(host, AVAILABLE, mount, size.available());
      write(host, FILES, mount, size.files());
      write(host, FILES_FREE, mount, size.filesFree());
    }
  }

  private static void write(SeriesBook.Group host, Family family, Mount mount, double value) {
    host.write(
        family,
        value,
        "device",
        mount.device(),
        "mountpoint",
        mount.mountpoint(),
        "fstype",
        mount.type());
  }

  @Override
  public void close() {
    guard.close();
  }
}
