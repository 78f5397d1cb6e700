/// Runs the ecosystem's corpora that concern alerts: one class for each.
@NullMarked
package dev.mangru.alerts.conformance;

import org.jspecify.annotations.NullMarked;
