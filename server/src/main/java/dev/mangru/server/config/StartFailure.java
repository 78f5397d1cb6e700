package dev.mangru.server.config;

import org.jspecify.annotations.Nullable;

/// Mangru cannot start, and here is why and what to do. The message is one line for people; the
/// exit code is one of BSD's `sysexits.h`.
public final class StartFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// The port is taken.
  public static final int UNAVAILABLE = 69;

  /// Our bug.
  public static final int SOFTWARE = 70;

  /// The data directory cannot be made, read or written.
  public static final int CANNOT_CREATE = 73;

  /// The data directory is in use, or holds bytes that cannot be right.
  public static final int INPUT_OUTPUT = 74;

  /// The configuration is wrong.
  public static final int CONFIGURATION = 78;

  private final int exitCode;

  /// @param exitCode what the process ends with
  public StartFailure(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /// What the process ends with.
  public int exitCode() {
    return exitCode;
  }
}
