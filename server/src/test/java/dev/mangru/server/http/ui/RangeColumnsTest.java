package dev.mangru.server.http.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.server.http.RangeParams;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RangeColumnsTest {

  private static QueryValue.Points series(String job, long[] times, double[] values) {
    return new QueryValue.Points(Labels.of("job", job), times, values);
  }

  @Test
  void gaps_are_nan_and_what_is_over_the_limit_is_counted() {
    QueryValue.Matrix matrix =
        new QueryValue.Matrix(
            List.of(
                series("a", new long[] {1000, 3000}, new double[] {1, 3}),
                series("b", new long[] {2000}, new double[] {2}),
                series("c", new long[] {2000}, new double[] {9})));
    byte[] bytes =
        RangeColumns.encode(matrix, new RangeParams(1000, 3500, 1000), 2, List.of("w"), List.of());
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt()).isEqualTo(2);
    assertThat(in.getInt()).isEqualTo(3);
    int metaBytes = in.getInt();
    assertThat(in.getInt()).isZero();
    assertThat(doubles(in, 3)).containsExactly(1, 2, 3);
    assertThat(doubles(in, 3)).containsExactly(1, Double.NaN, 3);
    assertThat(doubles(in, 3)).containsExactly(Double.NaN, 2, Double.NaN);
    assertThat(in.remaining()).isEqualTo(metaBytes);
    byte[] meta = new byte[metaBytes];
    in.get(meta);
    assertThat(new String(meta, StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"series":[{"metric":{"job":"a"}},{"metric":{"job":"b"}}],"warnings":["w"],"infos":[],"dropped":1}\
            """);
  }

  private static double[] doubles(ByteBuffer in, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getDouble();
    }
    return values;
  }

  @Test
  void nothing_is_a_header_times_and_an_empty_list() {
    byte[] bytes =
        RangeColumns.encode(
            new QueryValue.Matrix(List.of()), new RangeParams(0, 0, 1), 10, List.of(), List.of());
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt()).isZero();
    assertThat(in.getInt()).isEqualTo(1);
  }
}
