package dev.mangru.tsdb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// 20,000 damaged bodies for each version: read or refused, quickly, and without memory beyond what
/// the input can justify.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileBodiesTest {

  private static final int INPUTS = 20_000;

  /// For the objects that decoding begins with, whatever the input is; twice each.
  private static final long FIXED_BYTES = 200_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void version_1_is_read_or_refused() {
    hostile(RemoteWriteV1Fuzz::fuzzerTestOneInput, true);
  }

  @Test
  void version_2_is_read_or_refused() {
    hostile(RemoteWriteV2Fuzz::fuzzerTestOneInput, false);
  }

  private void hostile(Consumer<byte[]> entry, boolean first) {
    Random random = new Random(20_000);
    for (int i = 0; i < INPUTS; i++) {
      RandomWrites writes = new RandomWrites(random, random.nextDouble() / 3);
      byte[] body = first ? writes.v1() : writes.v2();
      byte[] damaged = RandomWrites.damaged(body, random);
      if (i < 1_000) {
        entry.accept(damaged); // classes are loaded, which allocates too
      } else {
        bounded(entry, damaged);
      }
    }
  }

  private void bounded(Consumer<byte[]> entry, byte[] input) {
    long before = threads.getCurrentThreadAllocatedBytes();
    entry.accept(input);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated)
        .as(() -> "bytes allocated for " + input.length + " bytes: " + Arrays.toString(input))
        .isLessThan(FIXED_BYTES + 2 * 100L * input.length);
  }

  /// Bodies made of one short field over and over: what takes most memory for its size.
  @Test
  void many_tiny_fields_take_little_memory() {
    byte[][] fields1 = {
      {0x0a, 0x00}, // a series with nothing in it
      {0x0a, 0x02, 0x12, 0x00}, // a series with an empty sample
      {0x0a, 0x02, 0x1a, 0x00}, // with an empty exemplar
      {0x0a, 0x02, 0x22, 0x00}, // with an empty histogram
      {0x0a, 0x02, 0x0a, 0x00}, // with an empty label
      {0x1a, 0x00}, // metadata of nothing
      {0x1a, 0x03, 0x12, 0x01, 'a'},
      {0x50, 0x00} // an unknown number
    };
    for (byte[] field : fields1) {
      bounded(RemoteWriteV1Fuzz::fuzzerTestOneInput, repeated(new byte[0], field));
    }
    byte[] symbols = {0x22, 0, 0x22, 8, '_', '_', 'n', 'a', 'm', 'e', '_', '_', 0x22, 1, 'x'};
    byte[][] fields2 = {
      {0x22, 0x00},
      {0x2a, 0x00},
      {0x2a, 0x02, 0x12, 0x00},
      {0x2a, 0x04, 0x0a, 0x02, 0x01, 0x02},
      {0x2a, 0x06, 0x0a, 0x02, 0x01, 0x02, 0x22, 0x00},
      {0x2a, 0x06, 0x0a, 0x02, 0x01, 0x02, 0x2a, 0x00},
      {0x2a, 0x06, 0x0a, 0x02, 0x01, 0x02, 0x1a, 0x00},
      {0x2a, 0x03, 0x0a, 0x01, 0x01}
    };
    for (byte[] field : fields2) {
      bounded(RemoteWriteV2Fuzz::fuzzerTestOneInput, repeated(symbols, field));
    }
  }

  private static byte[] repeated(byte[] prefix, byte[] field) {
    int count = 100_000;
    byte[] body = Arrays.copyOf(prefix, prefix.length + count * field.length);
    for (int i = 0; i < count; i++) {
      System.arraycopy(field, 0, body, prefix.length + i * field.length, field.length);
    }
    return body;
  }

  /// A series with one label more each time than the last would take time that grows with the
  /// square, if anything did.
  @Test
  void a_series_of_very_many_labels_is_read_once() {
    byte[] label = {0x0a, 0x06, 0x0a, 0x01, 'a', 0x12, 0x01, 'b'};
    byte[] labels = repeated(new byte[0], label);
    byte[] body = new byte[labels.length + 5];
    body[0] = 0x0a;
    int length = labels.length;
    for (int i = 1; i < 5; i++) {
      body[i] = (byte) (i < 4 ? (length & 0x7f) | 0x80 : length & 0x7f);
      length >>>= 7;
    }
    System.arraycopy(labels, 0, body, 5, labels.length);
    bounded(RemoteWriteV1Fuzz::fuzzerTestOneInput, body);
  }
}
