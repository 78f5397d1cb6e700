/// Tells people: takes alerts, groups them by route, leaves out what is muted and what was said
/// already, writes down what it is about to say, says it, and tries again. Start with [Notifier];
/// [WebhookSender] makes the calls. Everything but the calls is deterministic in the `now` it is
/// given. `FORMAT.md` beside this file draws the journal.
@NullMarked
package dev.mangru.alerts.notify;

import org.jspecify.annotations.NullMarked;
