package dev.mangru.alerts.notify;

import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.route.Receiver;
import dev.mangru.alerts.route.Webhook;
import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One way to tell one receiver.
///
/// @param key stable over restarts: `pager/webhook/0`
record Integration(String key, String receiver, Webhook webhook) {

  /// Those of a configuration, by receiver.
  ///
  /// @throws MangruException `BAD_DATA` if a receiver needs something that is not delivered here,
  ///   naming both
  static Map<String, List<Integration>> of(AlertmanagerConfig config) {
    Map<String, List<Integration>> all = new LinkedHashMap<>();
    for (Receiver receiver : config.receivers()) {
      if (!receiver.otherKinds().isEmpty()) {
        throw refused(
            receiver,
            "uses "
                + String.join(", ", receiver.otherKinds())
                + "; this build delivers by webhook_configs only");
      }
      List<Integration> integrations = new ArrayList<>();
      for (Webhook webhook : receiver.webhooks()) {
        check(receiver, webhook);
        integrations.add(
            new Integration(
                receiver.name() + "/webhook/" + integrations.size(), receiver.name(), webhook));
      }
      all.put(receiver.name(), integrations);
    }
    return all;
  }

  private static void check(Receiver receiver, Webhook webhook) {
    if (webhook.url().contains("{{")) {
      throw refused(receiver, "has a template as its webhook's url; this build needs a plain one");
    }
    if (webhook.url().equals("<secret>")) {
      throw refused(receiver, "has <secret> as its webhook's url; write the url itself");
    }
    if (webhook.customPayload()) {
      throw refused(
          receiver, "has a webhook with a payload of its own; this build sends the default one");
    }
    if (!webhook.http().unsupported().isEmpty()) {
      throw refused(
          receiver,
          "has "
              + String.join(", ", webhook.http().unsupported())
              + " in its webhook's http_config; this build calls without");
    }
  }

  private static MangruException refused(Receiver receiver, String why) {
    return MangruException.badData("receiver \"" + receiver.name() + "\" " + why);
  }
}
