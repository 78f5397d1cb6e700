package dev.mangru.autoscaler.playground.sim.log;

import dev.mangru.autoscaler.playground.api.PodLogs;
import dev.mangru.model.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The logs of all containers. Thread-safe for readers; one thread writes.
public final class LogBook implements PodLogs {

  private static final Logger LOG = LoggerFactory.getLogger(LogBook.class);

  /// Files stay this long after their pod, so that a collector can read to the end.
  private static final Duration KEPT = Duration.ofSeconds(20);

  private final @Nullable Path directory;
  private final Disk disk;

  /// By `namespace/pod`, then container.
  private final ConcurrentSkipListMap<String, Map<String, ContainerLog>> pods =
      new ConcurrentSkipListMap<>();

  private final Deque<Removal> removals = new ArrayDeque<>();

  private record Removal(Instant due, Path pod) {}

  /// Logs in memory, and below `directory` too unless it is null.
  public LogBook(@Nullable Path directory, Disk disk) {
    this.directory = directory;
    this.disk = disk;
  }

  private static String key(String namespace, String pod) {
    return namespace + "/" + pod;
  }

  private @Nullable Path folder(String namespace, String pod, String uid) {
    return directory == null
        ? null
        : directory.resolve("pods").resolve(namespace + "_" + pod + "_" + uid);
  }

  /// The log of a container that starts.
  public ContainerLog open(
      String namespace, String pod, String uid, String container, int restarts) {
    Path folder = folder(namespace, pod, uid);
    LogFile file = folder == null ? null : new LogFile(disk, folder.resolve(container), restarts);
    ContainerLog log = new ContainerLog(file);
    pods.compute(
        key(namespace, pod),
        (_, before) -> {
          Map<String, ContainerLog> containers = new TreeMap<>(before == null ? Map.of() : before);
          containers.put(container, log);
          return Map.copyOf(containers);
        });
    return log;
  }

  /// Forgets a pod that is gone.
  public void remove(String namespace, String pod, String uid, Instant now) {
    Map<String, ContainerLog> gone = pods.remove(key(namespace, pod));
    if (gone != null) {
      gone.values().forEach(log -> log.close(now));
    }
    Path folder = folder(namespace, pod, uid);
    if (folder != null) {
      removals.addLast(new Removal(now.plus(KEPT), folder));
    }
  }

  /// Writes what is new to the files and removes those whose pods have been gone for a while.
  public void flush(Instant now) {
    if (directory == null) {
      return;
    }
    pods.values().forEach(containers -> containers.values().forEach(log -> log.flush(now)));
    while (!removals.isEmpty() && !removals.getFirst().due().isAfter(now)) {
      removeFiles(removals.removeFirst().pod());
    }
  }

  private void removeFiles(Path pod) {
    try {
      LogFile.remove(disk, pod);
    } catch (IOException refused) {
      LOG.atWarn()
          .setCause(refused)
          .addKeyValue("folder", pod)
          .log("log files of a simulated pod cannot be removed");
    }
  }

  /// Removes the files of pods that went while no process looked after them.
  ///
  /// @param uids of the pods that are there
  public void sweep(Set<String> uids) {
    if (directory == null || !disk.exists(directory.resolve("pods"))) {
      return;
    }
    try {
      for (Path pod : List.copyOf(disk.list(directory.resolve("pods")))) {
        String name = pod.getFileName().toString();
        if (!uids.contains(name.substring(name.lastIndexOf('_') + 1))) {
          removeFiles(pod);
        }
      }
    } catch (IOException refused) {
      LOG.atWarn()
          .setCause(refused)
          .addKeyValue("folder", directory)
          .log("log files of earlier pods cannot be listed");
    }
  }

  /// Closes all files; nothing may be written afterwards.
  public void close(Instant now) {
    pods.values().forEach(containers -> containers.values().forEach(log -> log.close(now)));
  }

  private @Nullable ContainerLog find(String namespace, String pod, String container) {
    return pods.getOrDefault(key(namespace, pod), Map.of()).get(container);
  }

  @Override
  public List<Line> lines(String namespace, String pod, String container, long after, int limit) {
    ContainerLog log = find(namespace, pod, container);
    return log == null ? List.of() : log.after(after, limit);
  }

  @Override
  public boolean writing(String namespace, String pod, String container) {
    ContainerLog log = find(namespace, pod, container);
    return log != null && log.isOpen();
  }
}
