package dev.mangru.collector.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpositionParserTest {

  private record Sample(Labels labels, double value, long timestampMs) {}

  /// Keeps everything that a parser tells.
  private static final class Told implements ExpositionSink {
    final List<Sample> samples = new ArrayList<>();
    final List<String> rest = new ArrayList<>();

    @Override
    public void sample(Labels labels, double value, long timestampMs) {
      samples.add(new Sample(labels, value, timestampMs));
    }

    @Override
    public void exemplar(Labels labels, double value, long timestampMs) {
      rest.add("exemplar " + labels + " " + value + " " + timestampMs);
    }

    @Override
    public void type(String family, MetricType type) {
      rest.add("type " + family + " " + type);
    }

    @Override
    public void help(String family, String help) {
      rest.add("help " + family + " " + help);
    }

    @Override
    public void unit(String family, String unit) {
      rest.add("unit " + family + " " + unit);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Told text(String page) throws ExpositionException {
    Told told = new Told();
    PrometheusTextParser.scrape(bytes(page), told);
    return told;
  }

  private static Told openMetrics(String page) throws ExpositionException {
    Told told = new Told();
    OpenMetricsParser.scrape(bytes(page), told);
    return told;
  }

  @Test
  void a_text_page_is_read_with_metadata_and_escapes() throws ExpositionException {
    Told told =
        text(
            """
            # HELP http_requests_total Requests\\nby \\\\ code.
            # TYPE http_requests_total counter
            http_requests_total{code="200",path="a\\"b\\\\c\\nd"} 1027 1395066363000

              # just a comment
            {"my.dotted.metric", "label with space"="x", b="y",} +Inf
            bare -Inf
            empty{a="",b="1"} NaN
            """);

    assertThat(told.samples)
        .containsExactly(
            new Sample(
                Labels.of("__name__", "http_requests_total", "code", "200", "path", "a\"b\\c\nd"),
                1027,
                1395066363000L),
            new Sample(
                Labels.of("__name__", "my.dotted.metric", "label with space", "x", "b", "y"),
                Double.POSITIVE_INFINITY,
                ExpositionSink.NO_TIMESTAMP),
            new Sample(
                Labels.of("__name__", "bare"),
                Double.NEGATIVE_INFINITY,
                ExpositionSink.NO_TIMESTAMP),
            new Sample(
                Labels.of("__name__", "empty", "b", "1"), Double.NaN, ExpositionSink.NO_TIMESTAMP));
    assertThat(told.rest)
        .containsExactly(
            "help http_requests_total Requests\nby \\ code.", "type http_requests_total COUNTER");
  }

  @Test
  void an_open_metrics_page_is_read_with_exemplars_and_units() throws ExpositionException {
    Told told =
        openMetrics(
            """
            # TYPE a_seconds histogram
            # UNIT a_seconds seconds
            # HELP a_seconds Help.
            a_seconds_bucket{le="1"} 2 12.5 # {trace="x"} 0.5 11.25
            a_seconds_bucket{le="+Inf"} 2 12.5
            # EOF
            """);

    assertThat(told.samples.getFirst())
        .isEqualTo(new Sample(Labels.of("__name__", "a_seconds_bucket", "le", "1.0"), 2, 12500));
    assertThat(told.rest)
        .contains(
            "exemplar {trace=\"x\"} 0.5 11250",
            "unit a_seconds seconds",
            "type a_seconds HISTOGRAM");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "1, 1.0",
    "-2, -2.0",
    "0.5, 0.5",
    "1e6, 1e+06",
    "123456, 123456.0",
    "1234567, 1.234567e+06",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "Inf, +Inf",
    "1e100, 1e+100",
    "2.5e-10, 2.5e-10",
    "NaN, NaN"
  })
  void buckets_are_written_in_one_way(String written, String stored) throws ExpositionException {
    Told told = text("# TYPE h histogram\nh_bucket{le=\"" + written + "\"} 1\n");

    assertThat(told.samples.getFirst().labels().get("le")).isEqualTo(stored);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a{b='c'} 1 | expected label value, got \"'\" (\"INVALID\") while parsing: \"a{b='\"",
        "a{b=\"1\",b=\"2\"} 1 | label name \"b\" is not unique while parsing: "
            + "\"a{b=\\\"1\\\",b=\\\"2\\\"} 1\\n\"",
        "a 0x10 | strconv.ParseFloat: parsing \"0x10\": invalid syntax while parsing: \"a 0x10\"",
        "a 1e999 | strconv.ParseFloat: parsing \"1e999\": value out of range while parsing: "
            + "\"a 1e999\"",
        "a 1 99999999999999999999 | strconv.ParseInt: parsing \"99999999999999999999\": value out "
            + "of range while parsing: \"a 1 99999999999999999999\"",
        "# TYPE a thing | invalid metric type \"thing\""
      })
  void an_error_quotes_the_spot(String page, String message) {
    assertThatThrownBy(() -> text(page))
        .isInstanceOf(ExpositionException.class)
        .hasMessage(message);
  }

  @Seeds(150)
  void what_is_written_is_read_back_by_every_parser(long seed) throws ExpositionException {
    Random random = new Random(seed);
    List<Sample> samples = new ArrayList<>();
    StringBuilder page = new StringBuilder();
    for (int i = 0; i <= seed; i++) {
      String name = "metric_" + i;
      Labels.Builder labels = Labels.builder().set(Labels.METRIC_NAME, name);
      StringBuilder braces = new StringBuilder();
      for (int j = random.nextInt(4); j > 0; j--) {
        String label = "label_" + (char) ('a' + j);
        String value = randomText(random);
        labels.set(label, value);
        braces.append(braces.isEmpty() ? "" : ",").append(label).append("=\"");
        braces.append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
        braces.append('"');
      }
      double value = random.nextBoolean() ? random.nextInt() : random.nextGaussian() * 1e-9;
      samples.add(new Sample(labels.build(), value, ExpositionSink.NO_TIMESTAMP));
      page.append(name).append('{').append(braces).append("} ").append(value).append('\n');
    }

    assertThat(text(page.toString()).samples).isEqualTo(samples);
    Told strict = new Told();
    PrometheusTextParser.strict(bytes(page.toString()), strict);
    assertThat(strict.samples).isEqualTo(samples);
    page.append("# EOF\n");
    assertThat(openMetrics(page.toString()).samples).isEqualTo(samples);
    Told strictOpenMetrics = new Told();
    OpenMetricsParser.strict(bytes(page.toString()), strictOpenMetrics);
    assertThat(strictOpenMetrics.samples).isEqualTo(samples);
  }

  private static String randomText(Random random) {
    String alphabet = "ab \"\\\n{}=,#\u00e9\ud55c\ud83d\ude00\t";
    StringBuilder text = new StringBuilder("x");
    for (int i = random.nextInt(12); i > 0; i--) {
      int at =
          alphabet.offsetByCodePoints(
              0, random.nextInt(alphabet.codePointCount(0, alphabet.length())));
      text.appendCodePoint(alphabet.codePointAt(at));
    }
    return text.toString();
  }

  private static final String PAGE =
      """
      # TYPE a_seconds histogram
      # UNIT a_seconds seconds
      # HELP a_seconds Help \\n text.
      a_seconds_bucket{le="1"} 2 12.5 # {trace="x"} 0.5 11.25
      a_seconds_bucket{le="+Inf"} 3 12.5
      # TYPE b counter
      b_total{c="\u00e9\\"",d="e"} 1e3
      # EOF
      """;

  @Seeds(400)
  void hostile_bytes_end_in_samples_or_in_a_parse_error(long seed) {
    Random random = new Random(seed);
    byte[] page = bytes(PAGE.repeat(1 + random.nextInt(3)));
    for (int round = 0; round < 20; round++) {
      byte[] mutated = page.clone();
      for (int i = random.nextInt(8); i >= 0; i--) {
        mutated[random.nextInt(mutated.length)] = (byte) hostile(random);
      }
      int length = random.nextInt(mutated.length + 1);
      byte[] cut = random.nextBoolean() ? mutated : java.util.Arrays.copyOf(mutated, length);
      endsWell(() -> PrometheusTextParser.scrape(cut, new Told()));
      endsWell(() -> PrometheusTextParser.strict(cut, new Told()));
      endsWell(() -> OpenMetricsParser.scrape(cut, new Told()));
      endsWell(() -> OpenMetricsParser.strict(cut, new Told()));
    }
  }

  private static int hostile(Random random) {
    String favourites = "\0\n\"\\{}=,# \t\u007f";
    return random.nextBoolean()
        ? favourites.charAt(random.nextInt(favourites.length()))
        : random.nextInt(256);
  }

  private interface Parse {
    void run() throws ExpositionException;
  }

  private static void endsWell(Parse parse) {
    try {
      parse.run();
    } catch (ExpositionException e) {
      assertThat(e.text()).isNotBlank();
    }
  }

  @Test
  void a_series_with_too_many_labels_is_refused() {
    StringBuilder page = new StringBuilder("a{");
    for (int i = 0; i < 5000; i++) {
      page.append('l').append(i).append("=\"x\",");
    }
    page.append("} 1\n");

    assertThatThrownBy(() -> text(page.toString()))
        .isInstanceOf(ExpositionException.class)
        .hasMessageContaining("more than 1024 labels");
  }
}
