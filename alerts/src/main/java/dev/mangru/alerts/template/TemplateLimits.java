package dev.mangru.alerts.template;

import java.time.Duration;

/// How far a template may go. Every limit reached is a [TemplateException] of phase `LIMIT`, or of
/// `PARSE` for the length of the text.
///
/// @param steps nodes evaluated, plus one for every 64 characters made by a function
/// @param outputChars characters of output, and of any single string on the way
/// @param templateDepth templates called from templates
/// @param time elapsed time of one expansion
public record TemplateLimits(long steps, int outputChars, int templateDepth, Duration time) {

  /// Chosen by us: a large notification template takes some thousand steps.
  public static final TemplateLimits DEFAULT =
      new TemplateLimits(1_000_000, 1 << 20, 1_000, Duration.ofSeconds(5));

  /// Characters of one template text.
  static final int TEXT_CHARS = 1 << 20;

  /// Blocks and parentheses inside one another; keeps the parser off the end of the stack.
  static final int NESTING = 200;

  /// Blocks, parentheses and template calls under way at once; keeps evaluation off the end of it.
  static final int EVALUATION_DEPTH = 2_200;

  /// Checks that every limit is positive.
  public TemplateLimits {
    if (steps <= 0 || outputChars <= 0 || templateDepth <= 0 || !time.isPositive()) {
      throw new IllegalArgumentException(
          "every limit must be positive: %d steps, %d characters, depth %d, %s"
              .formatted(steps, outputChars, templateDepth, time));
    }
  }
}
