package dev.mangru.collector.node;

/// Every `container_*` and `machine_*` family, with the names and meanings of cAdvisor.
final class ContainerFamilies {

  // ---- CPU

  static final Family CPU_USAGE =
      counter("cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.");
  static final Family CPU_USER =
      counter("cpu_user_seconds_total", "Cumulative user cpu time consumed in seconds.");
  static final Family CPU_SYSTEM =
      counter("cpu_system_seconds_total", "Cumulative system cpu time consumed in seconds.");
  static final Family CFS_PERIODS =
      counter("cpu_cfs_periods_total", "Number of elapsed enforcement period intervals.");
  static final Family CFS_THROTTLED =
      counter("cpu_cfs_throttled_periods_total", "Number of throttled period intervals.");
  static final Family CFS_THROTTLED_SECONDS =
      counter("cpu_cfs_throttled_seconds_total", "Total time the container was throttled.");
  static final Family CFS_BURSTS =
      counter("cpu_cfs_burst_periods_total", "Number of periods with a burst.");
  static final Family CFS_BURST_SECONDS =
      counter("cpu_cfs_burst_seconds_total", "Total time of bursts beyond the quota.");

  // ---- Memory

  static final Family MEMORY_WORKING_SET =
      gauge("memory_working_set_bytes", "Current working set in bytes.");
  static final Family MEMORY_USAGE =
      gauge("memory_usage_bytes", "Current memory usage in bytes, all of it.");
  static final Family MEMORY_RSS = gauge("memory_rss", "Size of RSS in bytes.");
  static final Family MEMORY_CACHE = gauge("memory_cache", "Bytes of page cache memory.");
  static final Family MEMORY_SWAP = gauge("memory_swap", "Container swap usage in bytes.");
  static final Family MEMORY_MAPPED =
      gauge("memory_mapped_file", "Size of memory mapped files in bytes.");
  static final Family MEMORY_KERNEL =
      gauge("memory_kernel_usage", "Size of kernel memory allocated in bytes.");
  static final Family MEMORY_MAX_USAGE =
      gauge("memory_max_usage_bytes", "Maximum memory usage recorded in bytes.");
  static final Family MEMORY_FAILCNT =
      counter("memory_failcnt", "Number of times memory usage hit its limit.");
  static final Family MEMORY_ACTIVE_FILE =
      gauge("memory_total_active_file_bytes", "Active page cache in bytes.");
  static final Family MEMORY_INACTIVE_FILE =
      gauge("memory_total_inactive_file_bytes", "Inactive page cache in bytes.");
  static final Family MEMORY_FAILURES =
      counter("memory_failures_total", "Cumulative count of page faults.");
  static final Family MEMORY_EVENTS_HIGH =
      counter("memory_events_high_total", "Times the high boundary was passed.");
  static final Family MEMORY_EVENTS_MAX =
      counter("memory_events_max_total", "Times the limit was about to be passed.");
  static final Family MEMORY_DIRTY =
      gauge("memory_file_dirty_bytes", "Page cache not yet written back, in bytes.");
  static final Family MEMORY_WRITEBACK =
      gauge("memory_file_writeback_bytes", "Page cache being written back, in bytes.");
  static final Family MEMORY_PGSCAN = counter("memory_pgscan_total", "Pages scanned.");
  static final Family MEMORY_PGSTEAL = counter("memory_pgsteal_total", "Pages reclaimed.");
  static final Family MEMORY_REFAULT_FILE =
      counter("memory_workingset_refault_file_total", "File pages read again after eviction.");
  static final Family MEMORY_REFAULT_ANON =
      counter("memory_workingset_refault_anon_total", "Anonymous pages read again.");
  static final Family OOM_EVENTS =
      counter("oom_events_total", "Processes killed for want of memory.");

  // ---- Pressure

  static final Family CPU_WAITING =
      counter("pressure_cpu_waiting_seconds_total", "Seconds that tasks waited for a processor.");
  static final Family CPU_STALLED =
      counter("pressure_cpu_stalled_seconds_total", "Seconds that all waited for a processor.");
  static final Family MEMORY_WAITING =
      counter("pressure_memory_waiting_seconds_total", "Seconds that tasks waited for memory.");
  static final Family MEMORY_STALLED =
      counter("pressure_memory_stalled_seconds_total", "Seconds that all waited for memory.");
  static final Family IO_WAITING =
      counter("pressure_io_waiting_seconds_total", "Seconds that tasks waited for I/O.");
  static final Family IO_STALLED =
      counter("pressure_io_stalled_seconds_total", "Seconds that all waited for I/O.");

  // ---- Disk

  static final Family FS_READ_BYTES =
      counter("fs_reads_bytes_total", "Cumulative count of bytes read.");
  static final Family FS_WRITTEN_BYTES =
      counter("fs_writes_bytes_total", "Cumulative count of bytes written.");
  static final Family FS_READS = counter("fs_reads_total", "Cumulative count of reads.");
  static final Family FS_WRITES = counter("fs_writes_total", "Cumulative count of writes.");

  // ---- Network

  static final Family RECEIVED_BYTES =
      counter("network_receive_bytes_total", "Cumulative count of bytes received.");
  static final Family RECEIVED_PACKETS =
      counter("network_receive_packets_total", "Cumulative count of packets received.");
  static final Family RECEIVE_ERRORS =
      counter("network_receive_errors_total", "Cumulative count of receive errors.");
  static final Family RECEIVE_DROPPED =
      counter("network_receive_packets_dropped_total", "Packets dropped while receiving.");
  static final Family SENT_BYTES =
      counter("network_transmit_bytes_total", "Cumulative count of bytes transmitted.");
  static final Family SENT_PACKETS =
      counter("network_transmit_packets_total", "Cumulative count of packets transmitted.");
  static final Family SEND_ERRORS =
      counter("network_transmit_errors_total", "Cumulative count of transmit errors.");
  static final Family SEND_DROPPED =
      counter("network_transmit_packets_dropped_total", "Packets dropped while transmitting.");

  // ---- Processes, specification, time

  static final Family PROCESSES = gauge("processes", "Number of processes in the container.");
  static final Family THREADS = gauge("threads", "Number of threads in the container.");
  static final Family THREADS_MAX =
      gauge("threads_max", "Threads there may be in the container, 0 if any number.");
  static final Family FILE_DESCRIPTORS =
      gauge("file_descriptors", "Number of open file descriptors.");
  static final Family SOCKETS = gauge("sockets", "Number of open sockets.");
  static final Family START_TIME =
      gauge("start_time_seconds", "Start time of the container, Unix time.");
  static final Family CREATION_TIME =
      gauge("creation_time_seconds", "When the container was made, Unix time.");
  static final Family LAST_SEEN = gauge("last_seen", "Last time the container was seen.");
  static final Family SPEC_CPU_PERIOD = gauge("spec_cpu_period", "CPU period, microseconds.");
  static final Family SPEC_CPU_QUOTA = gauge("spec_cpu_quota", "CPU quota, microseconds.");
  static final Family SPEC_CPU_SHARES = gauge("spec_cpu_shares", "CPU share.");
  static final Family SPEC_MEMORY_LIMIT =
      gauge("spec_memory_limit_bytes", "Memory limit, 0 if there is none.");
  static final Family SPEC_MEMORY_RESERVATION =
      gauge("spec_memory_reservation_limit_bytes", "Memory reservation, 0 if there is none.");
  static final Family SPEC_MEMORY_SWAP_LIMIT =
      gauge("spec_memory_swap_limit_bytes", "Memory and swap limit, 0 if there is none.");

  // ---- The machine and the scanner

  static final Family SCRAPE_ERROR =
      gauge("scrape_error", "1 if there was an error while reading, 0 otherwise.");
  static final Family VERSION =
      Family.gauge("cadvisor_version_info", "Versions of kernel, system and Mangru.");
  static final Family MACHINE_CORES =
      Family.gauge("machine_cpu_cores", "Number of logical CPU cores.");
  static final Family MACHINE_PHYSICAL_CORES =
      Family.gauge("machine_cpu_physical_cores", "Number of physical CPU cores.");
  static final Family MACHINE_SOCKETS =
      Family.gauge("machine_cpu_sockets", "Number of CPU sockets.");
  static final Family MACHINE_MEMORY =
      Family.gauge("machine_memory_bytes", "Amount of memory installed on the machine.");
  static final Family MACHINE_SWAP =
      Family.gauge("machine_swap_bytes", "Amount of swap memory available on the machine.");
  static final Family UNRESOLVED =
      Family.gauge("mangru_agent_unresolved_containers", "Containers that nothing here can name.");
  static final Family PSI_AVAILABLE =
      Family.gauge("mangru_agent_psi_available", "Whether the kernel tells pressure stalls.");

  private ContainerFamilies() {}

  private static Family counter(String name, String help) {
    return Family.counter("container_" + name, help);
  }

  private static Family gauge(String name, String help) {
    return Family.gauge("container_" + name, help);
  }
}
