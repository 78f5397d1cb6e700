/// Alertmanager's configuration files: which receiver hears of which alert. Start with
/// [AlertmanagerConfig]; [Route] finds the receivers of an alert, [Matchers] reads and writes label
/// matchers, [TimeInterval] tells working hours from nights. Error texts are Alertmanager's own, so
/// that whoever searches for one finds its explanation.
@NullMarked
package dev.mangru.alerts.route;

import org.jspecify.annotations.NullMarked;
