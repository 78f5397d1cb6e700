package dev.mangru.alerts.route;

import dev.mangru.model.metric.Labels;
import java.util.List;

/// Someone who can be told.
///
/// @param labels what is known of it; its name among them
/// @param webhooks where it is told over HTTP
/// @param otherKinds further ways to tell it, by key in the file: `slack_configs`; not empty ones
///   only
public record Receiver(
    String name, Labels labels, List<Webhook> webhooks, List<String> otherKinds) {
  public Receiver {
    webhooks = List.copyOf(webhooks);
    otherKinds = List.copyOf(otherKinds);
  }
}
