package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MemoryThereIsTest {

  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  /// `./mangru up` on a developer's machine.
  private static final MemoryThereIs LAPTOP = MemoryThereIs.of(1024 * MIB, 16 * GIB);

  /// The same in a small container.
  private static final MemoryThereIs CONTAINER = MemoryThereIs.of(204 * MIB, 512 * MIB);

  @Test
  void the_heap_counts_as_no_more_than_half_of_the_memory() {
    assertThat(MemoryThereIs.of(1024 * MIB, 512 * MIB).heapBytes()).isEqualTo(256 * MIB);
    assertThat(MemoryThereIs.of(1024 * MIB, 16 * GIB).heapBytes()).isEqualTo(1024 * MIB);
    assertThat(MemoryThereIs.of(1024 * MIB, Long.MAX_VALUE).heapBytes()).isEqualTo(1024 * MIB);
  }

  @Test
  void this_process_has_some() {
    MemoryThereIs now = MemoryThereIs.now();
    assertThat(now.memoryBytes()).isGreaterThan(64 * MIB);
    assertThat(now.heapBytes()).isBetween(16 * MIB, now.memoryBytes() / 2);
  }

  @Test
  void a_gibibyte_of_heap_has_room_for_more_than_a_million_series() {
    assertThat(LAPTOP.seriesBytes()).isEqualTo(496 * MIB);
    assertThat(LAPTOP.maxSeries()).isEqualTo(1_485_981);
    assertThat(LAPTOP.unsealedBytes()).isEqualTo(256 * MIB);
    assertThat(LAPTOP.batchSamples()).isEqualTo(1_000_000);
    assertThat(LAPTOP.querySeries()).isEqualTo(1_000_000);
    assertThat(LAPTOP.requestBytes()).isEqualTo(128 * MIB);
    assertThat(LAPTOP.selectionBytes()).isEqualTo(64 * MIB);
    assertThat(LAPTOP.querySamples()).isEqualTo(16 * MIB);
    assertThat(LAPTOP.queries()).isEqualTo(20);
  }

  @Test
  void a_small_container_has_small_limits() {
    assertThat(CONTAINER.seriesBytes()).isEqualTo(86 * MIB);
    assertThat(CONTAINER.maxSeries()).isEqualTo(257_650);
    assertThat(CONTAINER.unsealedBytes()).isEqualTo(308 * MIB / 8);
    assertThat(CONTAINER.batchSamples()).isEqualTo(417_792);
    assertThat(CONTAINER.querySeries()).isEqualTo(208_896);
    assertThat(CONTAINER.queries()).isEqualTo(4);
    assertThat(CONTAINER.requestBytes()).isEqualTo(204 * MIB / 8);
  }

  @Test
  void what_is_given_out_fits_whatever_there_is() {
    for (long memory = 128 * MIB; memory < 256 * GIB; memory = memory * 5 / 4) {
      for (long heap : new long[] {memory / 4, memory / 5 * 2, memory / 2, memory, 2 * memory}) {
        MemoryThereIs there = MemoryThereIs.of(heap, memory);
        long onHeap =
            there.seriesBytes()
                + there.selectionBytes()
                + there.requestBytes()
                + 50L * there.batchSamples();
        assertThat(onHeap).as("on the heap of %s", there).isLessThan(there.heapBytes() * 4 / 5);
        assertThat(2 * there.unsealedBytes())
            .as("beside the heap of %s", there)
            .isLessThanOrEqualTo((there.memoryBytes() - there.heapBytes()) / 4);
        assertThat(there.maxSeries()).isGreaterThanOrEqualTo(100_000);
      }
    }
  }

  @Test
  void where_the_memory_is_not_known_the_heap_decides() {
    MemoryThereIs there = MemoryThereIs.of(64 * MIB, Long.MAX_VALUE);
    assertThat(there.unsealedBytes()).isEqualTo(64 * MIB);
    assertThat(there.seriesBytes()).isEqualTo(16 * MIB);
  }

  @Test
  void the_limits_that_nobody_set_come_from_it() {
    TsdbOptions defaults = TsdbOptions.defaults(Path.of("x"));
    MemoryThereIs now = MemoryThereIs.now();
    assertThat(defaults.maxSeries()).isEqualTo(now.maxSeries());
    assertThat(defaults.maxSeriesBytes()).isEqualTo(now.seriesBytes());
    assertThat(defaults.maxHeadBytes()).isEqualTo(now.unsealedBytes());
    assertThat(defaults.maxQuerySeries()).isEqualTo(now.querySeries());
    assertThat(defaults.maxBatchSamples()).isEqualTo(now.batchSamples());
    assertThat(defaults.maxSelectionBytes()).isEqualTo(now.selectionBytes());
  }
}
