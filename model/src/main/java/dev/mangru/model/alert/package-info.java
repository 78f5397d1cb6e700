/// Alerts as everyone sees them: which rules there are, what is pending or firing, who was told,
/// and what is silenced. Start with [AlertBook]; [AlertSink] is how what evaluates rules hands
/// alerts to what tells people.
@NullMarked
package dev.mangru.model.alert;

import org.jspecify.annotations.NullMarked;
