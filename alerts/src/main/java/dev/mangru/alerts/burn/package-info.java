/// Alerts on error budgets that are spent too fast, made from objectives without anyone writing a
/// rule. Start with [BurnRateRules].
@NullMarked
package dev.mangru.alerts.burn;

import org.jspecify.annotations.NullMarked;
