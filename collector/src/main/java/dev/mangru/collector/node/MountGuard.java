package dev.mangru.collector.node;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks mounts for their size without waiting for those that never answer.
///
/// A `statvfs` on a network file system whose server is gone blocks for ever, and nothing can
/// interrupt it. So one thread asks, mount by mount. Where no answer comes within the deadline, the
/// thread is left behind with its mount, another takes its place, and the mount is not asked again
/// until the first call has come back: a stuck mount costs one thread and one deadline, once.
///
/// Confined to the scanner's thread.
final class MountGuard implements Closeable {

  /// What is asked of a mount; the production answer is `statvfs`.
  interface Call {
    NativeCalls.FileSystemSize size(String path) throws IOException;
  }

  private final Call call;
  private final Duration deadline;
  private final ThreadFactory threads =
      Thread.ofPlatform().daemon().name("node-statvfs-", 0).factory();
  private final Map<String, Future<?>> stuck = new HashMap<>();
  private @Nullable ExecutorService asker;

  /// @param deadline how long to wait for one mount
  MountGuard(Call call, Duration deadline) {
    this.call = call;
    this.deadline = deadline;
  }

  /// The size of the file system at `path`; null when there is no answer in time.
  NativeCalls.@Nullable FileSystemSize size(String path) throws IOException {
    Future<?> before = stuck.get(path);
    if (before != null && !before.isDone()) {
      return null;
    }
    stuck.remove(path);
    ExecutorService current = asker;
    if (current == null) {
      current = Executors.newSingleThreadExecutor(threads);
      asker = current;
    }
    Future<NativeCalls.FileSystemSize> answer = current.submit(() -> call.size(path));
    try {
      return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      stuck.put(path, answer);
      current.shutdown(); // The thread ends by itself, should the call ever return.
      asker = null;
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException("cannot ask for the size of " + path, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking for the size of " + path, e);
    }
  }

  /// How many mounts have not answered yet.
  int stuckCount() {
    stuck.values().removeIf(Future::isDone);
    return stuck.size();
  }

  @Override
  public void close() {
    ExecutorService current = asker;
    if (current != null) {
      current.shutdown();
      asker = null;
    }
  }
}
