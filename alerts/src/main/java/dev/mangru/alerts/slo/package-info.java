/// Objectives, measured: every window of every objective exactly, from two look-ups. Start with
/// [SloEngine]; [ErrorBudget] is the arithmetic, [SloLedger] what is kept in the metric store.
@NullMarked
package dev.mangru.alerts.slo;

import org.jspecify.annotations.NullMarked;
