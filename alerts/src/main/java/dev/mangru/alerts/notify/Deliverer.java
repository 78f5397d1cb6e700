package dev.mangru.alerts.notify;

/// Makes an attempt. Thread-safe; may wait, called on a virtual thread.
@FunctionalInterface
public interface Deliverer {

  /// Calls the receiver. Never throws for what the receiver or the network does.
  Outcome deliver(Delivery delivery);
}
