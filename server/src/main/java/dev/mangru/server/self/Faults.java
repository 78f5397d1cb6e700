package dev.mangru.server.self;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts what should not have happened, and logs it once per distinct shape: a fault that repeats
/// ten times a second must not fill the disk with the same stack trace. Thread-safe.
///
/// The idea is Agrona's `DistinctErrorLog`.
public final class Faults {

  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

  /// Shapes that are remembered; beyond them faults are only counted.
  private static final int MAX_SHAPES = 1_000;

  private final Map<String, LongAdder> shapes = new ConcurrentHashMap<>();
  private final LongAdder total = new LongAdder();

  /// Notes a fault.
  ///
  /// @param where the work that failed, such as the name of a loop
  public void report(String where, Throwable fault) {
    total.increment();
    String shape = shape(where, fault);
    LongAdder known = shapes.get(shape);
    if (known == null && shapes.size() < MAX_SHAPES) {
      LongAdder fresh = new LongAdder();
      known = shapes.putIfAbsent(shape, fresh);
      if (known == null) {
        known = fresh;
        LOG.atError()
            .setCause(fault)
            .addKeyValue("where", where)
            .log("a fault; further ones of this shape are only counted");
      }
    }
    if (known != null) {
      known.increment();
    }
  }

  /// All faults since the start.
  public long total() {
    return total.sum();
  }

  private static String shape(String where, Throwable fault) {
    StringBuilder shape = new StringBuilder(where);
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      StackTraceElement[] frames = cause.getStackTrace();
      shape.append('|').append(cause.getClass().getName());
      if (frames.length > 0) {
        shape.append('@').append(frames[0]);
      }
    }
    return shape.toString();
  }
}
