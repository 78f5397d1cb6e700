/// What Mangru promises and how it fares. The work is in the packages below; so far that is `slo`,
/// which measures objectives and their error budgets.
@NullMarked
package dev.mangru.alerts;

import org.jspecify.annotations.NullMarked;
