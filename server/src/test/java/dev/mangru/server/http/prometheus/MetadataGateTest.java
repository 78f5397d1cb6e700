package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetadataGateTest {

  private long nanos;
  private final MetadataGate gate = new MetadataGate(() -> nanos);

  private int read(int requests) {
    int read = 0;
    for (int i = 0; i < requests; i++) {
      read += gate.open() ? 1 : 0;
    }
    return read;
  }

  @Test
  void everything_is_read_until_nothing_is_new() {
    assertThat(read(100)).isEqualTo(100);
    gate.learned(true);
    assertThat(read(100)).isEqualTo(100);
  }

  @Test
  void of_many_requests_that_tell_nothing_new_one_of_61_is_read() {
    gate.learned(false);
    assertThat(read(610)).isEqualTo(10);
    gate.learned(true);
    assertThat(read(10)).as("after one that did").isEqualTo(10);
  }

  @Test
  void requests_a_second_apart_are_all_read() {
    gate.learned(false);
    for (int i = 0; i < 50; i++) {
      nanos += 1_000_000_000;
      assertThat(gate.open()).isTrue();
    }
  }
}
