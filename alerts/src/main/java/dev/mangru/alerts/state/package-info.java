/// Evaluates rules and carries alerts through their lives: pending, firing, resolved. Start with
/// [RuleEngine]; [AlertLife] is the arithmetic of one alert, [AlertJournal] what survives a crash.
/// Promises that no alert changes its state because Mangru was restarted, or because a query
/// failed.
@NullMarked
package dev.mangru.alerts.state;

import org.jspecify.annotations.NullMarked;
