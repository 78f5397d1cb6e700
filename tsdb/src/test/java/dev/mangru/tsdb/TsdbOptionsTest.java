package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TsdbOptionsTest {

  @Test
  void the_heap_counts_as_no_more_than_half_of_the_memory_there_is() {
    assertThat(TsdbOptions.heapBytes(1L << 30, 512L << 20)).isEqualTo(256L << 20);
    assertThat(TsdbOptions.heapBytes(1L << 30, 16L << 30)).isEqualTo(1L << 30);
    assertThat(TsdbOptions.heapBytes(1L << 30, Long.MAX_VALUE)).isEqualTo(1L << 30);
  }

  @Test
  void the_default_limit_of_series_fits_into_the_memory() {
    TsdbOptions defaults = TsdbOptions.defaults(Path.of("x"));
    long heap = TsdbOptions.heapBytes(Runtime.getRuntime().maxMemory(), MemoryThereIs.bytes());
    assertThat(MemoryThereIs.bytes()).isPositive();
    assertThat(defaults.maxSeries()).isEqualTo(Math.max(100_000, heap / 700));
    assertThat(defaults.maxHeadBytes()).isEqualTo(Math.max(64L << 20, heap / 4));
  }
}
