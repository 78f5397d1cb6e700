package dev.mangru.collector.scrape;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// For a fuzzer: any bytes are a page of samples or refused, as OpenMetrics (first byte odd) and as
/// the text format of Prometheus. Scrapes and imports both read pages by these parsers.
public final class ExpositionFuzz {

  private ExpositionFuzz() {}

  /// Pages with everything in them.
  public static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (String page :
        List.of(
            "\1"
                + """
                # TYPE a counter
                # HELP a Some \\n help.
                # UNIT a seconds
                a_total{x="1",y="a\\"\\\\b"} 1.5e3 1790000000.123 # {trace_id="7a"} 0.5 1790000000
                a_created{x="1"} 1789999999
                # EOF
                """,
            "\1"
                + """
                # TYPE h histogram
                h_bucket{le="0.1"} 1
                h_bucket{le="+Inf"} 2
                h_sum 3
                h_count 2
                # EOF
                """,
            "\1{\"a.b\",\"c d\"=\"e\"} NaN\n# EOF\n",
            "\0# TYPE a counter\n# HELP a Some help.\na{x=\"1\",} 17 1790000000123\nb -Inf\n",
            "\0{\"a.b\",c=\"요청\"} +Inf\nc{} 0x1p3 5\n\n# a comment\n")) {
      seeds.add(page.getBytes(StandardCharsets.UTF_8));
    }
    return seeds;
  }

  /// One input.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] page = java.util.Arrays.copyOfRange(input, 1, input.length);
    long before = FuzzTarget.allocated();
    try {
      if ((input[0] & 1) != 0) {
        OpenMetricsParser.scrape(page, ExpositionFuzz::sample);
      } else {
        PrometheusTextParser.scrape(page, ExpositionFuzz::sample);
      }
    } catch (ExpositionException | MangruException refused) {
      // one of the two ways to end
    }
    FuzzTarget.bounded(before, input.length);
  }

  private static void sample(Labels labels, double value, long timestampMs) {
    for (int i = 0; i < labels.count(); i++) {
      boolean sorted = i == 0 || Labels.compareUtf8(labels.name(i - 1), labels.name(i)) < 0;
      if (!sorted || labels.name(i).isEmpty() || labels.value(i).isEmpty()) {
        throw new AssertionError("labels that cannot be: " + labels);
      }
    }
  }
}
