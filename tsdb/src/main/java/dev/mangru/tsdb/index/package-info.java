/// From labels to series, in memory: texts become numbers ([Symbols]), pairs of name and value get
/// lists of series ([RunPostings]), matchers become sets of series ([MatcherEngine], [Runs]). One
/// writer adds, any number of readers look things up without a lock. Start with [LabelIndex].
@NullMarked
package dev.mangru.tsdb.index;

import org.jspecify.annotations.NullMarked;
