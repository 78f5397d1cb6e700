package dev.mangru.server.self;

import dev.mangru.model.error.MangruException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Whether Mangru can do its work. Thread-safe.
public final class Health {

  private final Map<String, Probe> probes = new ConcurrentHashMap<>();
  private volatile boolean ready;

  /// Tries one part of Mangru.
  @FunctionalInterface
  public interface Probe {

    /// Does the smallest thing that a broken part refuses, such as storing an empty batch.
    ///
    /// @throws dev.mangru.model.error.MangruException with what is wrong and the way out
    void attempt();
  }

  /// Adds a part that is looked at whenever someone asks.
  public void watch(String part, Probe probe) {
    probes.put(part, probe);
  }

  /// Everything has started.
  public void started() {
    ready = true;
  }

  /// Shutting down has begun.
  public void stopping() {
    ready = false;
  }

  /// Whether requests are welcome.
  public boolean ready() {
    return ready;
  }

  /// Parts with problems.
  public Map<String, String> problems() {
    Map<String, String> problems = new LinkedHashMap<>();
    probes.forEach((part, probe) -> {
      try {
        probe.attempt();
      } catch (MangruException e) {
        problems.put(part, e.text());
      }
    });
    return problems;
  }
}
