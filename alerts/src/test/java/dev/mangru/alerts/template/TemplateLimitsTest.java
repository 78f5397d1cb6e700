package dev.mangru.alerts.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TemplateLimitsTest {

  private static final TemplateContext CONTEXT = TemplateContext.at(Instant.EPOCH);

  private static String expand(String text) throws TemplateException {
    return Template.parse("t", text, FunctionSet.ALERTMANAGER, TemplateOptions.TEXT)
        .expand(Value.Nil.NIL, CONTEXT);
  }

  private static void assertLimit(String text, String message) {
    assertThatThrownBy(() -> expand(text))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> assertThat(e.phase()).isEqualTo(TemplateException.Phase.LIMIT))
        .hasMessageContaining(message);
  }

  @Test
  void a_loop_without_end_stops_at_the_steps() {
    assertLimit("{{range 9000000000000000000}}{{end}}", "more than 1000000 steps");
    assertLimit("{{range 5000}}{{range 5000}}{{end}}{{end}}", "more than 1000000 steps");
  }

  @Test
  void endless_output_stops() {
    assertLimit(
        "{{range 100000}}{{\"" + "x".repeat(1_000) + "\"}}{{end}}",
        "more than 1048576 characters of output");
  }

  @Test
  void strings_that_double_stop() {
    assertLimit(
        "{{$x := \"aaaa\"}}{{range 60}}{{$x = print $x $x}}{{end}}",
        "more than 1048576 characters of output");
    assertLimit(
        "{{$x := printf \"%1000000d\" 1}}{{$y := printf \"%s%s\" $x $x}}",
        "more than 1048576 characters of output");
    assertLimit(
        "{{$x := printf \"%100000d\" 1}}{{reReplaceAll \"\" $x $x}}",
        "more than 1048576 characters of output");
    assertLimit(
        "{{printf \"%.1000000f\" 1.0}}{{printf \"%.999999f\" 1.0}}", "characters of output");
  }

  @Test
  void many_long_strings_stop_before_they_fill_the_memory() {
    assertLimit(
        "{{$l := list}}{{range 9000}}{{$l = append $l (printf \"%900000d\" .)}}{{end}}",
        "more than 1000000 steps");
  }

  @Test
  void a_template_that_calls_itself_stops_where_go_would() {
    assertThatThrownBy(() -> expand("{{define \"a\"}}{{template \"a\"}}{{end}}{{template \"a\"}}"))
        .hasMessage(
            "template: t:1:25: executing \"a\" at <{{template \"a\"}}>: exceeded maximum template"
                + " depth (1000)");
  }

  @Test
  void a_heavy_regular_expression_counts() {
    assertLimit(
        "{{$x := printf \"%900000d\" 1}}{{range 100}}{{match \"(a|b|c){900}x\" $x}}{{end}}",
        "more than 1000000 steps");
    assertThatThrownBy(() -> expand("{{match \"" + "a".repeat(2_000) + "\" \"x\"}}"))
        .hasMessageContaining("the regular expression has 2000 characters; at most 1000");
  }

  @Test
  void time_runs_out() throws TemplateException {
    AtomicLong nanos = new AtomicLong();
    Ticker ticker = () -> nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    TemplateContext slow = new TemplateContext(Instant.EPOCH, "", QueryFunction.NONE, ticker);
    Template template =
        Template.parse("t", "{{range 100000}}{{end}}", FunctionSet.GO, TemplateOptions.TEXT);
    assertThatThrownBy(() -> template.expand(Value.Nil.NIL, slow))
        .hasMessageContaining("more than PT5S of time");
  }

  @Test
  void nesting_is_refused_by_the_parser() {
    for (String text :
        new String[] {
          "{{" + "(".repeat(100_000) + "1" + ")".repeat(100_000) + "}}",
          "{{if 1}}".repeat(50_000) + "{{end}}".repeat(50_000),
          "{{if 1}}" + "{{else if 1}}".repeat(50_000) + "{{end}}",
          "{{with 1}}" + "{{else with 1}}".repeat(50_000) + "{{end}}",
          "{{block \"a\" .}}".repeat(40_000) + "{{end}}".repeat(40_000),
          "{{$x := " + "(1 | ".repeat(50_000) + "}}"
        }) {
      assertThatThrownBy(() -> expand(text))
          .isInstanceOf(TemplateException.class)
          .hasMessageEndingWith("max expression depth exceeded");
    }
    assertThatThrownBy(() -> expand("x".repeat(2_000_000)))
        .hasMessageContaining("the text has 2000000 characters; at most 1048576 are read");
  }

  @Test
  void deep_recursion_fits_a_small_stack() throws InterruptedException {
    String deepest = "{{if true}}{{with (((print 1)))}}{{template \"a\" (((.)))}}{{end}}{{end}}";
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Runnable work =
        () -> {
          try {
            expand("{{define \"a\"}}" + deepest + "{{end}}{{template \"a\" 1}}");
          } catch (TemplateException e) {
            thrown.set(e);
          }
        };
    // Interpreted frames are the largest: the first expansion of a fresh process is the deepest.
    Thread small =
        Thread.ofPlatform().name("small-stack").stackSize(1 << 19).start(() -> work.run());
    small.join();
    assertThat(thrown.get())
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("blocks inside one another");
  }

  @Test
  void data_nested_without_end_is_cut_when_printed() throws TemplateException {
    assertThat(expand("{{$x := list}}{{range 500}}{{$x = list $x}}{{end}}{{$x}}")).contains("…");
    assertThatThrownBy(
            () -> expand("{{$x := list}}{{range 5000}}{{$x = list $x}}{{end}}{{toJson $x}}"))
        .hasMessageContaining("lists inside one another");
  }
}
