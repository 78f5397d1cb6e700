package dev.mangru.tsdb.block;

import dev.mangru.model.metric.LabelMatcher;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One matcher against the values of its label in one block, by number. Confined to one thread.
///
/// Each value is compared at most once, and values that a literal or a prefix rules out never.
final class ValueTest {

  private static final byte UNKNOWN = 0;
  private static final byte NO = 1;
  private static final byte YES = 2;

  private final LabelNames names;
  private final LabelMatcher matcher;

  /// Place of the label among the block's names; -1 if no series has it.
  private final int name;

  private final byte[] memo;

  /// The whole of a regular expression that is one text between anything, or null.
  private RegexHint.@Nullable Glob glob;

  private ValueTest(LabelNames names, LabelMatcher matcher, int name, byte[] memo) {
    this.names = names;
    this.matcher = matcher;
    this.name = name;
    this.memo = memo;
  }

  static ValueTest of(LabelNames names, LabelMatcher matcher) throws IOException {
    int name = names.find(matcher.name());
    ValueTest test =
        new ValueTest(names, matcher, name, new byte[name < 0 ? 1 : names.values(name) + 1]);
    test.memo[0] = matcher.matchesEmpty() ? YES : NO;
    if (name >= 0) {
      test.prepare();
    }
    return test;
  }

  private void prepare() throws IOException {
    switch (matcher.operator()) {
      case EQUAL -> only(List.of(matcher.value()), YES);
      case NOT_EQUAL -> only(List.of(matcher.value()), NO);
      case REGEX -> prepare(RegexHint.of(matcher.value()), YES, NO);
      case NOT_REGEX -> prepare(RegexHint.of(matcher.value()), NO, YES);
    }
  }

  private void prepare(RegexHint hint, byte hit, byte miss) throws IOException {
    @Nullable List<String> literals = hint.literals();
    if (literals != null) {
      only(literals, hit);
    } else if (matcher.value().equals(".*") || matcher.value().equals(".+")) {
      Arrays.fill(memo, 1, memo.length, hit);
    } else if (hint.glob() != null && hint.prefix().isEmpty()) {
      glob = hint.glob();
    } else if (!hint.prefix().isEmpty()) {
      int from = names.firstAtOrAfter(name, hint.prefix());
      int to = from;
      // Galloping would save little: these values are looked at anyway.
      while (to < memo.length && names.value(name, to).startsWith(hint.prefix())) {
        to++;
      }
      Arrays.fill(memo, 1, from, miss);
      Arrays.fill(memo, from, to, hint.glob() == null ? UNKNOWN : hit);
      Arrays.fill(memo, to, memo.length, miss);
    }
  }

  /// These texts are `hit`, all other values are not; the empty one stays.
  private void only(List<String> texts, byte hit) throws IOException {
    Arrays.fill(memo, 1, memo.length, hit == YES ? NO : YES);
    for (String text : texts) {
      int value = names.find(name, text);
      if (value > 0) {
        memo[value] = hit;
      }
    }
  }

  int name() {
    return name;
  }

  boolean accepts(int value) throws IOException {
    if (value < 0 || value >= memo.length) {
      throw names.noSuchValue(name, value);
    }
    byte known = memo[value];
    if (known == UNKNOWN) {
      known = matches(names.value(name, value)) ? YES : NO;
      memo[value] = known;
    }
    return known == YES;
  }

  private boolean matches(String text) {
    RegexHint.Glob shortcut = glob;
    return shortcut == null
        ? matcher.matches(text)
        : shortcut.matches(text) == (matcher.operator() == LabelMatcher.Operator.REGEX);
  }

  /// Whether it is known that no value is accepted at all.
  boolean rejectsAll() {
    for (byte known : memo) {
      if (known != NO) {
        return false;
      }
    }
    return true;
  }
}
