package dev.mangru.server.self;

import dev.mangru.model.error.MangruException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Whether Mangru can do its work, and if not, whether a restart would help. Thread-safe.
///
/// The two are different questions. A disk that is full makes a store refuse writes until there is
/// room again: not ready, and no restart changes that. A write-ahead log whose disk failed under it
/// takes nothing until it is opened again: broken, and a restart is what opens it.
public final class Health {

  private final Map<String, Part> parts = new ConcurrentHashMap<>();
  private volatile boolean ready;
  private volatile boolean starting = true;

  /// Tries one part of Mangru.
  @FunctionalInterface
  public interface Probe {

    /// Does the smallest thing that a part refuses while it cannot work, such as storing an empty
    /// batch.
    ///
    /// @throws dev.mangru.model.error.MangruException with what is wrong and the way out
    void attempt();
  }

  private record Part(Probe probe, Supplier<? extends @Nullable Throwable> brokenBy) {}

  /// Adds a part that is looked at whenever someone asks.
  ///
  /// @param brokenBy what has broken it until Mangru is started again, null while it is whole
  public void watch(String part, Probe probe, Supplier<? extends @Nullable Throwable> brokenBy) {
    parts.put(part, new Part(probe, brokenBy));
  }

  /// What takes and answers requests has started.
  public void started() {
    ready = true;
    starting = false;
  }

  /// Whether [#started] is still to come.
  public boolean starting() {
    return starting;
  }

  /// Shutting down has begun.
  public void stopping() {
    ready = false;
  }

  /// Whether requests are welcome.
  public boolean ready() {
    return ready;
  }

  /// Parts that only a restart can mend, and why.
  public Map<String, String> broken() {
    Map<String, String> broken = new TreeMap<>();
    parts.forEach((name, part) -> {
      Throwable cause = part.brokenBy().get();
      if (cause != null) {
        broken.put(name, "broken by " + cause + "; mend the disk and start Mangru again");
      }
    });
    return broken;
  }

  /// Parts that cannot work now, the broken ones among them, and why.
  public Map<String, String> problems() {
    Map<String, String> problems = new TreeMap<>();
    parts.forEach((name, part) -> {
      try {
        part.probe().attempt();
      } catch (MangruException e) {
        problems.put(name, e.text());
      }
    });
    problems.putAll(broken());
    return problems;
  }
}
