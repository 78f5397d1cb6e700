package dev.mangru.collector.node;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The two system calls that Java has no words for: `statvfs(3)`, whose inode counts a FileStore
/// does not give, and `adjtimex(2)`, which knows whether the clock is in step.
///
/// Layouts are those of 64-bit Linux, where x86-64 and aarch64, glibc and musl agree. Elsewhere
/// [#open] gives null, and the metrics are not sent. Thread-safe.
final class NativeCalls {

  /// `struct statvfs`: eleven unsigned longs, then spare words.
  ///
  /// | offset | field | |
  /// | --- | --- | --- |
  /// | 8 | f_frsize | unit of the next three, bytes |
  /// | 16 | f_blocks | |
  /// | 24 | f_bfree | |
  /// | 32 | f_bavail | free for processes that are not root's |
  /// | 40 | f_files | inodes |
  /// | 48 | f_ffree | |
  private static final long STATVFS_BYTES = 256;

  /// `struct timex` takes 208 bytes; more does no harm.
  private static final long TIMEX_BYTES = 256;

  /// What adjtimex answers when the clock is not synchronised.
  private static final int TIME_ERROR = 5;

  /// Status bit: offset and jitter are nanoseconds, not microseconds.
  private static final int STA_NANO = 0x2000;

  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final MethodHandle statvfs;
  private final MethodHandle adjtimex;

  private NativeCalls(MethodHandle statvfs, MethodHandle adjtimex) {
    this.statvfs = statvfs;
    this.adjtimex = adjtimex;
  }

  /// The calls of this machine; null where its layouts are not known.
  @SuppressWarnings("restricted") // Calling the C library is what this class is for.
  static @Nullable NativeCalls open() {
    String arch = System.getProperty("os.arch", "");
    boolean known = arch.equals("amd64") || arch.equals("aarch64");
    if (!known || !System.getProperty("os.name", "").equals("Linux")) {
      return null;
    }
    Linker linker = Linker.nativeLinker();
    Linker.Option capture = Linker.Option.captureCallState("errno");
    MethodHandle statvfs =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("statvfs"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
            capture);
    MethodHandle adjtimex =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("adjtimex"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
            capture);
    return new NativeCalls(statvfs, adjtimex);
  }

  /// Sizes of a file system in bytes, and its inodes.
  record FileSystemSize(
      double size, double free, double available, double files, double filesFree) {}

  /// Asks for the size of the file system at `path`. May block for ever where its server is gone.
  ///
  /// @throws IOException with the errno when the call fails
  FileSystemSize statvfs(String path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = arena.allocate(CAPTURE);
      MemorySegment result = arena.allocate(STATVFS_BYTES, Long.BYTES);
      int status = (int) statvfs.invokeExact(capture, arena.allocateFrom(path), result);
      if (status != 0) {
        throw new IOException("statvfs of " + path + " failed: errno " + errno(capture));
      }
      double unit = unsigned(result, 8);
      return new FileSystemSize(
          unsigned(result, 16) * unit,
          unsigned(result, 24) * unit,
          unsigned(result, 32) * unit,
          unsigned(result, 40),
          unsigned(result, 48));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("statvfs cannot be called", e);
    }
  }

  /// The state of the kernel's clock. Seconds where the unit is time.
  record ClockState(
      boolean synchronised,
      double offset,
      double maxError,
      double estimatedError,
      double frequencyRatio,
      double status,
      double loopConstant,
      double tick,
      double taiOffset) {}

  /// Asks for the clock's state without changing it.
  ///
  /// @throws IOException with the errno when the call fails
  ClockState adjtimex() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment capture = arena.allocate(CAPTURE);
      MemorySegment timex = arena.allocate(TIMEX_BYTES, Long.BYTES);
      int state = (int) adjtimex.invokeExact(capture, timex);
      if (state < 0) {
        throw new IOException("adjtimex failed: errno " + errno(capture));
      }
      int status = timex.get(ValueLayout.JAVA_INT, 40);
      double unit = (status & STA_NANO) != 0 ? 1e-9 : 1e-6;
      return new ClockState(
          state != TIME_ERROR,
          timex.get(ValueLayout.JAVA_LONG, 8) * unit,
          timex.get(ValueLayout.JAVA_LONG, 24) * 1e-6,
          timex.get(ValueLayout.JAVA_LONG, 32) * 1e-6,
          // The kernel keeps parts per million with 16 bits of fraction.
          1 + timex.get(ValueLayout.JAVA_LONG, 16) / (65536.0 * 1e6),
          status,
          timex.get(ValueLayout.JAVA_LONG, 48),
          timex.get(ValueLayout.JAVA_LONG, 88) * 1e-6,
          timex.get(ValueLayout.JAVA_INT, 160));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("adjtimex cannot be called", e);
    }
  }

  private static int errno(MemorySegment capture) {
    return (int) ERRNO.get(capture, 0L);
  }

  private static double unsigned(MemorySegment segment, long offset) {
    long value = segment.get(ValueLayout.JAVA_LONG, offset);
    return value >= 0 ? value : value + 0x1p64;
  }
}
