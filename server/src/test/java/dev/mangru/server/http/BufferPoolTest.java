package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

  @Test
  void the_array_given_back_last_goes_out_first() {
    BufferPool pool = new BufferPool(1 << 20);
    byte[] first = pool.take(100_000);
    byte[] second = pool.take(100_000);
    assertThat(first).hasSize(1 << 17);
    pool.give(first);
    pool.give(second);
    assertThat(pool.idleBytes()).isEqualTo(2 << 17);
    assertThat(pool.take(70_000)).isSameAs(second);
    assertThat(pool.take(1 << 17)).isSameAs(first);
    assertThat(pool.idleBytes()).isZero();
  }

  @Test
  void small_and_huge_arrays_are_exact_and_not_kept() {
    BufferPool pool = new BufferPool(1L << 40);
    for (int size : new int[] {0, 1, 900, BufferPool.SMALLEST - 1, BufferPool.LARGEST + 1}) {
      byte[] buffer = pool.take(size);
      assertThat(buffer.length).isEqualTo(size).isEqualTo(BufferPool.capacity(size));
      pool.give(buffer);
      assertThat(pool.idleBytes()).isZero();
    }
  }

  @Test
  void what_lies_idle_is_bounded() {
    BufferPool pool = new BufferPool(100_000);
    List<byte[]> taken = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      taken.add(pool.take(20_000));
    }
    taken.forEach(pool::give);
    assertThat(pool.idleBytes()).isEqualTo(3 * 32_768);
  }

  @Seeds(50)
  void no_array_is_handed_out_twice(long seed) {
    Random random = new Random(seed);
    BufferPool pool = new BufferPool(1 << 20);
    IdentityHashMap<byte[], Boolean> out = new IdentityHashMap<>();
    List<byte[]> taken = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      if (taken.isEmpty() || random.nextBoolean()) {
        int size = random.nextInt(1 << (1 + random.nextInt(18)));
        byte[] buffer = pool.take(size);
        assertThat(buffer.length).isGreaterThanOrEqualTo(size);
        assertThat(out.put(buffer, true)).isNull();
        taken.add(buffer);
      } else {
        byte[] buffer = taken.remove(random.nextInt(taken.size()));
        out.remove(buffer);
        pool.give(buffer);
      }
      assertThat(pool.idleBytes()).isLessThanOrEqualTo(1 << 20);
    }
  }
}
