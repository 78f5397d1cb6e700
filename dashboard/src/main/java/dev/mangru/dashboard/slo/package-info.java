/// Objectives in words and numbers. Start with [SloText], which turns ratios into sentences; views
/// and cards only lay them out.
@NullMarked
package dev.mangru.dashboard.slo;

import org.jspecify.annotations.NullMarked;
