package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.FloatHistogram;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.metric.SampleText;
import dev.mangru.server.http.JsonBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletResponse;

class QueryJsonTest {

  private static String written(QueryValue value) throws IOException {
    MockHttpServletResponse response = new MockHttpServletResponse();
    JsonBytes json = new JsonBytes(response).raw('{');
    QueryJson.result(json, value);
    json.raw('}').end();
    return response.getContentAsString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "1435781430781,1435781430.781",
    "1435781430000,1435781430",
    "1435781430010,1435781430.010",
    "5,0.005",
    "0,0",
    "-5,-0.005",
    "-1500,-1.500"
  })
  void times_have_three_decimals_or_none(long ms, String text) {
    assertThat(QueryJson.seconds(ms)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "1e21,1000000000000000000000",
    "1e-7,0.0000001",
    "-0.0,-0",
    "0.5,0.5",
    "NaN,NaN",
    "-Infinity,-Inf"
  })
  void a_scalar_has_no_exponent(double value, String text) throws IOException {
    assertThat(written(new QueryValue.Scalar(1_000, value)))
        .isEqualTo("{\"resultType\":\"scalar\",\"result\":[1,\"" + text + "\"]}");
  }

  @Test
  void of_more_than_ten_annotations_the_rest_is_counted() throws IOException {
    List<String> texts = IntStream.range(0, 13).mapToObj(i -> "w" + i).toList();
    assertThat(annotations(texts.subList(0, 0))).isEqualTo("{\"a\":1}");
    assertThat(annotations(texts.subList(0, 10))).endsWith("\"w8\",\"w9\"]}");
    assertThat(annotations(texts))
        .isEqualTo(
            "{\"a\":1,\"warnings\":[\"w0\",\"w1\",\"w2\",\"w3\",\"w4\",\"w5\",\"w6\",\"w7\",\"w8\","
                + "\"w9\",\"3 more warning annotations omitted\"]}");
  }

  private static String annotations(List<String> texts) throws IOException {
    MockHttpServletResponse response = new MockHttpServletResponse();
    JsonBytes json = new JsonBytes(response).raw("{\"a\":1");
    QueryJson.annotations(json, "warnings", "warning", texts);
    json.raw('}').end();
    return response.getContentAsString(StandardCharsets.UTF_8);
  }

  @Test
  void histograms_have_members_of_their_own() throws IOException {
    FloatHistogram histogram =
        new FloatHistogram(
            0,
            NativeHistogram.ResetHint.UNKNOWN,
            0.5,
            1,
            6,
            1.5,
            new FloatHistogram.Side(new int[] {1, 2, 3}, new double[] {2, 0, 1}),
            new FloatHistogram.Side(new int[] {2}, new double[] {2}),
            new double[0]);
    String shown =
        "{\"count\":\"6\",\"sum\":\"1.5\",\"buckets\":[[1,\"-4\",\"-2\",\"2\"],[3,\"-0.5\",\"0.5\",\"1\"],"
            + "[0,\"1\",\"2\",\"2\"],[0,\"4\",\"8\",\"1\"]]}";

    assertThat(
            written(
                new QueryValue.Vector(
                    List.of(new QueryValue.Sample(Labels.empty(), 1000, Double.NaN, histogram)))))
        .isEqualTo(
            "{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"histogram\":[1,"
                + shown
                + "]}]}");
    assertThat(
            written(
                new QueryValue.Matrix(
                    List.of(
                        new QueryValue.Points(
                            Labels.empty(),
                            new long[] {1000, 2000},
                            new double[] {7, Double.NaN},
                            new FloatHistogram[] {null, histogram})))))
        .isEqualTo(
            "{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1,\"7\"]],"
                + "\"histograms\":[[2,"
                + shown
                + "]]}]}");
  }

  @Test
  void each_type_of_result_is_written_as_prometheus_writes_it() throws IOException {
    Labels labels = Labels.of("__name__", "up", "path", "a\"b");
    assertThat(written(new QueryValue.Scalar(1500, -0.5)))
        .isEqualTo("{\"resultType\":\"scalar\",\"result\":[1.500,\"-0.5\"]}");
    assertThat(written(new QueryValue.Text(2000, "say \"x\"")))
        .isEqualTo("{\"resultType\":\"string\",\"result\":[2,\"say \\\"x\\\"\"]}");
    assertThat(
            written(
                new QueryValue.Vector(
                    List.of(
                        new QueryValue.Sample(labels, 1000, Double.POSITIVE_INFINITY),
                        new QueryValue.Sample(Labels.empty(), 1000, 3)))))
        .isEqualTo(
            "{\"resultType\":\"vector\",\"result\":["
                + "{\"metric\":{\"__name__\":\"up\",\"path\":\"a\\\"b\"},\"value\":[1,\"+Inf\"]},"
                + "{\"metric\":{},\"value\":[1,\"3\"]}]}");
    assertThat(
            written(
                new QueryValue.Matrix(
                    List.of(
                        new QueryValue.Points(labels, new long[0], new double[0]),
                        new QueryValue.Points(
                            Labels.empty(), new long[] {1, 2}, new double[] {1e-7, 2})))))
        .isEqualTo(
            "{\"resultType\":\"matrix\",\"result\":["
                + "{\"metric\":{\"__name__\":\"up\",\"path\":\"a\\\"b\"},\"values\":[]},"
                + "{\"metric\":{},\"values\":[[0.001,\"1e-07\"],[0.002,\"2\"]]}]}");
  }

  @Test
  void thousands_of_the_longest_points_are_written_in_pieces() throws IOException {
    List<QueryValue.Points> series = new ArrayList<>();
    StringJoiner expected = new StringJoiner(",", "[", "]");
    int count = 3_000;
    long[] times = new long[count];
    double[] values = new double[count];
    StringJoiner points = new StringJoiner(",", "{\"metric\":{},\"values\":[", "]}");
    for (int i = 0; i < count; i++) {
      times[i] = Long.MIN_VALUE / 2 + i;
      values[i] = -Double.MAX_VALUE / (i + 3);
      points.add("[" + QueryJson.seconds(times[i]) + ",\"" + SampleText.format(values[i]) + "\"]");
    }
    for (int i = 0; i < 2; i++) {
      series.add(new QueryValue.Points(Labels.empty(), times, values));
      expected.add(points.toString());
    }
    assertThat(written(new QueryValue.Matrix(series)))
        .isEqualTo("{\"resultType\":\"matrix\",\"result\":" + expected + "}");
  }
}
