package dev.mangru.alerts.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Texts that nobody wrote: none throws anything but a [TemplateException], none goes on for ever,
/// and what parses prints as a text that parses to the same.
class TemplateFuzzTest {

  private static final List<String> PIECES =
      List.of(
          "{{",
          "}}",
          "{{-",
          "-}}",
          " ",
          " ",
          "\n",
          "if",
          "else",
          "end",
          "range",
          "with",
          "define",
          "template",
          "block",
          "break",
          "continue",
          "nil",
          "true",
          ".",
          ".a",
          ".Labels.x",
          "$",
          "$x",
          ":=",
          "=",
          ",",
          "|",
          "(",
          ")",
          "\"a\"",
          "`b`",
          "'c'",
          "1",
          "-2.5",
          "0x1F",
          "1i",
          "/*",
          "*/",
          "printf",
          "\"%v %d %5.2f %[2]*x\"",
          "index",
          "slice",
          "len",
          "eq",
          "lt",
          "and",
          "or",
          "not",
          "print",
          "html",
          "js",
          "urlquery",
          "call",
          "query",
          "first",
          "value",
          "args",
          "match",
          "reReplaceAll",
          "humanize",
          "toTime",
          "title",
          "tmpl",
          "text",
          "<a href=\"",
          "\">",
          "é",
          "\uD83D");

  private static final TemplateLimits LIMITS =
      new TemplateLimits(20_000, 20_000, 100, Duration.ofSeconds(2));

  private static final Value DATA =
      Value.of(
          Map.of(
              "a", List.of(1, "two", 3.5, true, Map.of("b", List.of())),
              "Labels", Map.of("x", "y"),
              "s", "text"));

  private static String expand(String text, boolean html) {
    try {
      return Template.parse(
              "f",
              text,
              FunctionSet.PROMETHEUS_CONSOLE,
              new TemplateOptions(TemplateOptions.MissingKey.DEFAULT, html, LIMITS))
          .expand(
              DATA,
              new TemplateContext(Instant.EPOCH, "http://x/y", (_, _) -> List.of(), Ticker.SYSTEM));
    } catch (TemplateException e) {
      return "error: " + e.text();
    }
  }

  @Seeds(400)
  void rubbish_is_refused_or_expanded(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      StringBuilder text = new StringBuilder();
      int count = random.nextInt(2 + (int) seed / 4);
      for (int i = 0; i < count; i++) {
        if (random.nextInt(20) == 0) {
          text.append((char) random.nextInt(0x200));
        } else {
          text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
      }
      assertThat(expand(text.toString(), random.nextBoolean())).isNotNull();
    }
  }

  @Seeds(400)
  void what_parses_prints_as_what_parses_to_the_same(long seed) throws TemplateException {
    SplittableRandom random = new SplittableRandom(seed);
    String text = new Author(random, 2 + (int) seed / 100).body(3);
    Template first =
        Template.parse("f", text, FunctionSet.PROMETHEUS_CONSOLE, TemplateOptions.TEXT);
    Template again =
        Template.parse("f", first.toString(), FunctionSet.PROMETHEUS_CONSOLE, TemplateOptions.TEXT);
    assertThat(again.toString()).isEqualTo(first.toString());
    assertThat(expand(first.toString(), false).replaceAll(":\\d+:\\d+:", ""))
        .isEqualTo(expand(text, false).replaceAll(":\\d+:\\d+:", ""));
  }

  /// Writes templates that parse.
  private static final class Author {
    private final SplittableRandom random;
    private final int size;
    private int variables;

    Author(SplittableRandom random, int size) {
      this.random = random;
      this.size = size;
    }

    String body(int depth) {
      StringBuilder text = new StringBuilder();
      int count = 1 + random.nextInt(size);
      for (int i = 0; i < count; i++) {
        text.append(part(depth));
      }
      return text.toString();
    }

    private String part(int depth) {
      int kinds = depth > 0 ? 8 : 3;
      return switch (random.nextInt(kinds)) {
        case 0 -> "some text ";
        case 1 -> "{{" + pipeline(depth) + "}}";
        case 2 -> "{{$v" + variables++ + " := " + pipeline(depth) + "}}";
        case 3 ->
            "{{if "
                + pipeline(depth)
                + "}}"
                + body(depth - 1)
                + "{{else if "
                + pipeline(depth)
                + "}}"
                + body(depth - 1)
                + "{{end}}";
        case 4 ->
            "{{range $i, $e := "
                + pipeline(depth)
                + "}}"
                + body(depth - 1)
                + "{{$i}}{{$e}}"
                + (random.nextBoolean() ? "{{break}}" : "{{continue}}")
                + "{{else}}none{{end}}";
        case 5 -> "{{with " + pipeline(depth) + "}}" + body(depth - 1) + "{{end}}";
        case 6 -> "{{- /* a comment */ -}} {{range 3}}{{.}}{{end}}";
        default -> "{{template \"t" + random.nextInt(3) + "\" " + pipeline(depth) + "}}";
      };
    }

    private String pipeline(int depth) {
      StringBuilder text = new StringBuilder(command(depth));
      for (int i = random.nextInt(2); i > 0; i--) {
        text.append(random.nextBoolean() ? " | print" : " | printf \"%v\"");
      }
      return text.toString();
    }

    private String command(int depth) {
      return switch (random.nextInt(depth > 0 ? 9 : 6)) {
        case 0 -> ".a";
        case 1 -> "$.Labels.x";
        case 2 -> "\"quo\\\"ted\"";
        case 3 -> Integer.toString(random.nextInt());
        case 4 -> random.nextInt(1_000) + ".5e" + random.nextInt(30);
        case 5 -> "`raw`";
        case 6 -> "eq (" + pipeline(depth - 1) + ") (" + pipeline(depth - 1) + ")";
        case 7 -> "and true (" + pipeline(depth - 1) + ")";
        default -> "(args 1 \"b\").arg" + random.nextInt(3);
      };
    }
  }
}
