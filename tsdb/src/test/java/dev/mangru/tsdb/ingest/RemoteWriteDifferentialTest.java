package dev.mangru.tsdb.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.Seeds;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// The decoders against [NaiveRemoteWrite], with series known and not, on bodies that are plain,
/// odd, and damaged.
class RemoteWriteDifferentialTest {

  private interface Decoder {
    RemoteWriteSummary decode(byte[] bytes, int offset, int length, SampleBatch batch);
  }

  private static RemoteWriteSummary v1(byte[] bytes, int offset, int length, SampleBatch batch) {
    return RemoteWriteV1.decode(bytes, offset, length, batch, new Extras(false, false));
  }

  private static RemoteWriteSummary v2(byte[] bytes, int offset, int length, SampleBatch batch) {
    return RemoteWriteV2.decode(bytes, offset, length, batch, new Extras(false, false));
  }

  @Seeds(800)
  void version_1_stores_what_the_naive_decoder_stores(long seed) {
    same(seed, true);
  }

  @Seeds(800)
  void version_2_stores_what_the_naive_decoder_stores(long seed) {
    same(seed, false);
  }

  /// Several bodies into one batch, so that most series are known after the first.
  private static void same(long seed, boolean first) {
    Random random = new Random(seed);
    RandomWrites writes = new RandomWrites(random, seed % 3 == 0 ? 0 : random.nextDouble() / 4);
    KnowingBatch batch = new KnowingBatch();
    for (int i = 0; i < 6; i++) {
      byte[] body = first ? writes.v1() : writes.v2();
      if (seed % 5 == 4) {
        body = RandomWrites.damaged(body, random);
      }
      compare(body, random, batch, first);
      compare(body, random, batch, first);
    }
  }

  private static void compare(byte[] body, Random random, KnowingBatch batch, boolean first) {
    KnowingBatch naiveBatch = new KnowingBatch();
    NaiveRemoteWrite naive = new NaiveRemoteWrite(naiveBatch);
    MangruException expected = null;
    try {
      if (first) {
        naive.decodeV1(body);
      } else {
        naive.decodeV2(body);
      }
    } catch (MangruException e) {
      expected = e;
    }
    int offset = random.nextInt(20);
    byte[] bytes = new byte[offset + body.length + random.nextInt(20)];
    random.nextBytes(bytes);
    System.arraycopy(body, 0, bytes, offset, body.length);
    batch.samples.clear();
    Decoder decoder = first ? RemoteWriteDifferentialTest::v1 : RemoteWriteDifferentialTest::v2;
    MangruException thrown = null;
    @Nullable RemoteWriteSummary summary = null;
    try {
      summary = decoder.decode(bytes, offset, body.length, batch);
    } catch (MangruException e) {
      thrown = e;
    }
    assertThat(batch.samples).isEqualTo(naiveBatch.samples);
    if (summary == null) {
      assertThat(thrown).isNotNull();
      assertThat(expected).as("thrown for " + thrown).isNotNull();
      assertThat(kind(thrown)).isEqualTo(kind(expected));
    } else {
      assertThat(expected).isNull();
      same(summary, naive);
    }
  }

  /// A message without its numbers.
  private static String kind(@Nullable MangruException e) {
    return e == null ? "" : e.code() + e.text().substring(0, Math.min(20, e.text().length()));
  }

  private static void same(RemoteWriteSummary summary, NaiveRemoteWrite naive) {
    assertThat(summary.series()).isEqualTo(naive.series);
    assertThat(summary.samples()).isEqualTo(naive.samples);
    assertThat(summary.histograms()).isEqualTo(naive.histograms);
    assertThat(summary.badSeries()).isEqualTo(naive.badSeries);
    assertThat(summary.badSamples()).isEqualTo(naive.badSamples);
    assertThat(summary.badHistograms()).isEqualTo(naive.badHistograms);
    assertThat(summary.exemplars()).isEqualTo(naive.exemplars);
    assertThat(summary.metadata()).isEqualTo(naive.metadata);
    assertThat(summary.problems())
        .hasSize(Math.min(RemoteWriteSummary.MAX_PROBLEMS, naive.problems.size()));
    for (int i = 0; i < summary.problems().size(); i++) {
      assertThat(summary.problems().get(i)).contains(naive.problems.get(i));
    }
  }
}
