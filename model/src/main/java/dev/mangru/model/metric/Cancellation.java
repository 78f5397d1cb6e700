package dev.mangru.model.metric;

/// A flag that ends a query early. Thread-safe; may be set from any thread, and stays set.
public final class Cancellation {

  private volatile boolean requested;

  /// Asks the query to end with `CANCELED` at its next check, within about 100 ms.
  public void request() {
    requested = true;
  }

  /// Whether the query has been asked to end.
  public boolean requested() {
    return requested;
  }
}
