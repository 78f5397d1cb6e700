package dev.mangru.tsdb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.promql.PromqlOptions;
import org.junit.jupiter.api.Test;

/// The interpreter must see what is wrong, or its “passed” means nothing.
class ScriptRunnerTest {

  private static ConformanceReport run(String script) {
    ConformanceReport report = new ConformanceReport();
    new ScriptRunner(MemoryStore::new, PromqlOptions.everything(), report, "test").run(script);
    return report;
  }

  @Test
  void a_right_expectation_passes() {
    assertThat(
            run("load 1m\n  x{a=\"b\"} 1+1x3\n\neval instant at 2m x\n  x{a=\"b\"} 3\n").passed())
        .isEqualTo(1);
  }

  @Test
  void wrong_values_labels_counts_and_order_fail() {
    for (String eval :
        new String[] {
          "eval instant at 0 x\n  x{a=\"1\"} 2\n  x{a=\"2\"} 3",
          "eval instant at 0 x\n  x{a=\"1\"} 1\n  x{a=\"3\"} 2",
          "eval instant at 0 x\n  x{a=\"1\"} 1",
          "eval instant at 0 x\n  x{a=\"1\"} 1\n  x{a=\"2\"} 2\n  x{a=\"3\"} 3",
          "eval instant at 0 x",
          "eval instant at 0 sort(x)\n  expect ordered\n  {a=\"2\"} 2\n  {a=\"1\"} 1",
          "eval instant at 0 x\n  expect fail",
          "eval instant at 0 1 + 1\n  3",
          "eval instant at 0 \"a\"\n  expect string \"b\"",
          "eval instant at 0 x\n  expect warn\n  x{a=\"1\"} 1\n  x{a=\"2\"} 2",
          "eval range from 0 to 1m step 1m sum(x)\n  {} 3",
        }) {
      ConformanceReport report = run("load 1m\n  x{a=\"1\"} 1\n  x{a=\"2\"} 2\n\n" + eval + "\n");

      assertThat(report.passed()).as(eval).isZero();
      assertThat(report.failures()).as(eval).hasSize(1);
      assertThat(report.failures().getFirst().where()).startsWith("test:5: ");
    }
  }

  @Test
  void native_histograms_are_compared_by_layout_counts_and_a_hint_that_is_said() {
    String load = "load 1m\n  h {{schema:1 count:3 sum:5 buckets:[1 2]}}x2\n\n";
    assertThat(
            run(load + "eval instant at 1m h\n  h {{schema:1 count:3 sum:5 buckets:[1 2]}}\n")
                .passed())
        .isEqualTo(1);
    for (String wrong :
        new String[] {
          "{{schema:0 count:3 sum:5 buckets:[1 2]}}",
          "{{schema:1 count:4 sum:5 buckets:[1 2]}}",
          "{{schema:1 count:3 sum:6 buckets:[1 2]}}",
          "{{schema:1 count:3 sum:5 buckets:[2 1]}}",
          "{{schema:1 count:3 sum:5 offset:1 buckets:[1 2]}}",
          "{{schema:1 count:3 sum:5 buckets:[1 2] z_bucket:1}}",
          "{{schema:1 count:3 sum:5 buckets:[1 2] counter_reset_hint:gauge}}",
          "3",
        }) {
      ConformanceReport report = run(load + "eval instant at 1m h\n  h " + wrong + "\n");

      assertThat(report.passed()).as(wrong).isZero();
      assertThat(report.failures()).as(wrong).hasSize(1);
    }
  }

  @Test
  void start_timestamps_are_relative_to_their_samples() {
    assertThat(
            run("load 1m\n  x@st _ -30s\n  x 1 2\n\neval instant at 1m start_timestamp(x)\n  {} 30\n")
                .passed())
        .isEqualTo(1);
  }

  @Test
  void a_malformed_block_is_a_failure_and_does_not_stop_the_script() {
    ConformanceReport report = run("nonsense\n\nload 1m\n  x 1 2x\n\neval instant at 0 1\n  1\n");

    assertThat(report.failures()).hasSize(2);
    assertThat(report.passed()).isEqualTo(1);
  }

  @Test
  void series_notation_expands_steps_gaps_and_repeats() {
    assertThat(SeriesNotation.parse("x{a=\"b c\"} 1+2x2 _x2 stale 3x1 -1-1x1").labels().toMap())
        .isEqualTo(Labels.of("__name__", "x", "a", "b c").toMap());
    assertThat(SeriesNotation.parse("x 1+2x2 _x2 3x1 -1-1x1 0x2").values())
        .containsExactly(1.0, 3.0, 5.0, null, null, 3.0, 3.0, -1.0, -2.0, 0.0, 0.0, 0.0);
  }
}
