/// Unit tests of rules in promtool's format. Start with [RuleTests]; what a store, PromQL and the
/// series notation are is handed in as [RuleTestKit].
@NullMarked
package dev.mangru.alerts.unit;

import org.jspecify.annotations.NullMarked;
