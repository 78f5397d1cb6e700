package dev.mangru.collector.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Single numbers that the kernel keeps in files of their own: `/proc/vmstat`, file handles,
/// connection tracking, entropy.
final class KernelCollector implements HostCollector {

  private static final Family FILES_ALLOCATED =
      Family.gauge("node_filefd_allocated", "File handles in use.");
  private static final Family FILES_MAXIMUM =
      Family.gauge("node_filefd_maximum", "File handles there may be.");

  private static final Map<String, Family> VMSTAT = new LinkedHashMap<>();

  static {
    for (String key :
        new String[] {
          "oom_kill", "pgfault", "pgmajfault", "pgpgin", "pgpgout", "pswpin", "pswpout"
        }) {
      VMSTAT.put(key, Family.untyped("node_vmstat_" + key, "/proc/vmstat field " + key + "."));
    }
  }

  private final Map<KeptFile, Family> single = new LinkedHashMap<>();
  private final KeptFile vmstat;
  private final KeptFile fileNumbers;
  private final FileBytes bytes;

  KernelCollector(Path proc, FileBytes bytes) {
    this.bytes = bytes;
    this.vmstat = new KeptFile(proc.resolve("vmstat"));
    this.fileNumbers = new KeptFile(proc.resolve("sys/fs/file-nr"));
    single.put(
        new KeptFile(proc.resolve("sys/net/netfilter/nf_conntrack_count")),
        Family.gauge("node_nf_conntrack_entries", "Connections tracked now."));
    single.put(
        new KeptFile(proc.resolve("sys/net/netfilter/nf_conntrack_max")),
        Family.gauge("node_nf_conntrack_entries_limit", "Connections that may be tracked."));
    single.put(
        new KeptFile(proc.resolve("sys/kernel/random/entropy_avail")),
        Family.gauge("node_entropy_available_bits", "Bits of entropy at hand."));
    single.put(
        new KeptFile(proc.resolve("sys/kernel/random/poolsize")),
        Family.gauge("node_entropy_pool_size_bits", "Size of the entropy pool, bits."));
  }

  @Override
  public String name() {
    return "kernel";
  }

  @Override
  public void collect(SeriesBook.Group host, long nowMs) throws IOException {
    if (vmstat.read(bytes)) {
      while (bytes.hasMore()) {
        Family family = VMSTAT.get(bytes.word());
        long value = family == null ? -1 : bytes.number();
        if (family != null) {
          host.count(family, value);
        }
        bytes.nextLine();
      }
    }
    if (fileNumbers.read(bytes)) {
      long allocated = bytes.number();
      bytes.skipWord();
      long maximum = bytes.number();
      host.count(FILES_ALLOCATED, allocated);
      host.count(FILES_MAXIMUM, maximum);
    }
    for (Map.Entry<KeptFile, Family> entry : single.entrySet()) {
      if (entry.getKey().read(bytes)) {
        long value = bytes.number();
        host.count(entry.getValue(), value);
      }
    }
  }

  @Override
  public void close() throws IOException {
    vmstat.close();
    fileNumbers.close();
    for (KeptFile file : single.keySet()) {
      file.close();
    }
  }
}
