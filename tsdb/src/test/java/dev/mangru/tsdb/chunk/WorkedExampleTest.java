package dev.mangru.tsdb.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.metric.NativeHistogram.ResetHint;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.tsdb.codec.ByteWriter;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The worked examples of FORMAT.md, byte for byte.
class WorkedExampleTest {

  private final ByteWriter out = new ByteWriter(16);

  @Test
  void times_of_a_target_that_was_late_once() {
    long[] times = new long[32];
    for (int i = 0; i < times.length; i++) {
      times[i] = 1_790_000_000_100L + 15_000L * i + (i == 20 ? 7 : 0);
    }
    TimeCodec.encode(times, 0, times.length, out);
    assertThat(hex()).isEqualTo("62c8b183c59868b0ea01000105000e13");
  }

  @Test
  void a_value_that_never_changes() {
    assertThat(values(42, 42, 42)).isEqualTo("aa");
    assertThat(values(-1, -1)).isEqualTo("0001");
    assertThat(values(0.25)).isEqualTo("100232");
    assertThat(values(0.1f, 0.1f)).isEqualTo("fdcdcccc3d");
    assertThat(values(StaleMarker.VALUE)).isEqualTo("f8");
  }

  @Test
  void decimals_that_end_with_a_stale_marker() {
    assertThat(values(0.25, 0.5, 0.75, 0.5, 1.31, StaleMarker.VALUE))
        .isEqualTo("3502323107321940ad060305");
  }

  @Test
  void a_counter() {
    assertThat(values(1_000, 1_012, 1_025, 1_031, 1_048, 1_060)).isEqualTo("24d00f0c0476b006");
  }

  @Test
  void a_counter_that_was_reset() {
    double[] values = new double[24];
    for (int i = 0; i < values.length; i++) {
      values[i] = 500_000 + 1_000 * i + i * i % 7 - (i < 20 ? 0 : 520_000);
    }
    assertThat(values(values)).isEqualTo("26c0843dca0f03745688ce0ad159211a010500cff70713");
  }

  @Test
  void whole_pages() {
    assertThat(values(4096 * 700, 4096 * 703, 4096 * 701, 4096 * 696, 4096 * 690, 4096 * 699))
        .isEqualTo("0c1800e40a04da6b90");
  }

  @Test
  void true_doubles() {
    assertThat(values(Math.PI, Math.nextUp(Math.PI), Math.PI))
        .isEqualTo("1420b0b4a1c4eafe908980010102");
  }

  @Test
  void a_histogram_with_a_start() {
    SampleColumns samples = new SampleColumns();
    for (int i = 0; i < 2; i++) {
      NativeHistogram histogram =
          NativeHistogram.builder(true)
              .resetHint(ResetHint.NO_RESET)
              .schema(3)
              .zero(0x1p-128, 1)
              .total(6 + 3 * i, 1.5 + i)
              .positive(new int[] {0, 2}, new long[] {2, 3 + 3 * i})
              .build();
      samples.add(16_000 + 15_000L * i, 1_000, histogram.sum(), histogram);
    }
    new ChunkCodec().encode(samples, 0, 2, out);
    assertThat(hex()).isEqualTo("f000d00ff2010106fd00002000010002818230011e14818220060680");
  }

  private String values(double... values) {
    SampleColumns samples = new SampleColumns();
    for (double value : values) {
      samples.add(samples.count(), value);
    }
    new ChunkCodec().encode(samples, 0, values.length, out.clear());
    return hex();
  }

  private String hex() {
    return HexFormat.of().formatHex(out.toByteArray());
  }
}
