/// Prometheus rule files: what they say, and where they are wrong. Start with [RuleFileParser]; it
/// gives a [RuleFile] or every [RuleFileError] with its line and column. Nothing here evaluates.
@NullMarked
package dev.mangru.alerts.rule;

import org.jspecify.annotations.NullMarked;
