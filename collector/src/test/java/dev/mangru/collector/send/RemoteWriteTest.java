package dev.mangru.collector.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.collector.agent.HttpSink;
import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.StaleMarker;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.wire.ProtobufReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RemoteWriteTest {

  private static SampleBatch batch(long seed) {
    Random random = new Random(seed);
    SampleBatch batch = new SampleBatch();
    for (int i = 0; i <= seed; i++) {
      Labels.Builder labels =
          Labels.builder().set("__name__", "m" + random.nextInt(5) + "_total").set("i", "" + i);
      for (int l = random.nextInt(4); l > 0; l--) {
        labels.set("한" + random.nextInt(6), "v" + random.nextInt(6));
      }
      double value = random.nextInt(5) == 0 ? StaleMarker.VALUE : random.nextGaussian();
      long start = random.nextBoolean() ? SampleBatch.NO_START : 1_700_000_000_000L;
      batch.add(labels.build(), 1_767_323_045_000L + i, value, start);
    }
    batch.describe("m1", MetricType.COUNTER, "help of m1");
    return batch;
  }

  @Seeds(60)
  void version_2_says_what_was_gathered(long seed) {
    SampleBatch batch = batch(seed);
    byte[] request = new RemoteWriteV2Encoder().encode(batch, 0, batch.size());
    List<HttpSink.Sample> samples = HttpSink.decodeV2(request);
    assertThat(samples).hasSize(batch.size());
    SampleBatch back = RemoteWriteV2Decoder.decode(request);
    for (int i = 0; i < batch.size(); i++) {
      assertThat(samples.get(i).labels()).isEqualTo(batch.labels(i).toMap());
      assertThat(samples.get(i).timestampMs()).isEqualTo(batch.timestampMs(i));
      assertThat(Double.doubleToRawLongBits(samples.get(i).value()))
          .isEqualTo(Double.doubleToRawLongBits(batch.value(i)));
      assertThat(back.labels(i).toMap()).isEqualTo(batch.labels(i).toMap());
      assertThat(back.startTimestampMs(i)).isEqualTo(batch.startTimestampMs(i));
      assertThat(Double.doubleToRawLongBits(back.value(i)))
          .isEqualTo(Double.doubleToRawLongBits(batch.value(i)));
    }
  }

  @Test
  void version_2_begins_its_table_with_the_empty_text_and_refers_to_help() {
    SampleBatch batch = new SampleBatch();
    batch.add(Labels.of("__name__", "m_total"), 5, 1);
    batch.describe("m_total", MetricType.COUNTER, "how many");
    ProtobufReader request = new ProtobufReader(new RemoteWriteV2Encoder().encode(batch, 0, 1));
    List<String> symbols = new ArrayList<>();
    while (request.nextField()) {
      if (request.field() == 4) {
        symbols.add(request.readString());
      } else {
        assertThat(request.field()).isEqualTo(5);
        request.skip();
      }
    }
    assertThat(symbols).containsExactly("", "__name__", "m_total", "how many");
  }

  @Test
  void version_1_says_labels_samples_and_metadata() {
    SampleBatch batch = new SampleBatch();
    batch.add(Labels.of("__name__", "m", "a", "b"), 7, 1.5);
    batch.describe("m", MetricType.GAUGE, "level");
    ProtobufReader request = new ProtobufReader(new RemoteWriteV1Encoder().encode(batch, 0, 1));
    List<String> texts = new ArrayList<>();
    while (request.nextField()) {
      int field = request.field();
      ProtobufReader message = request.readMessage();
      while (message.nextField()) {
        if (field == 1) {
          ProtobufReader inner = message.readMessage();
          while (inner.nextField()) {
            texts.add(
                switch (inner.wireType()) {
                  case ProtobufReader.BYTES -> inner.readString();
                  case ProtobufReader.FIXED64 -> "" + inner.readDouble();
                  default -> "" + inner.readVarint();
                });
          }
        } else {
          texts.add(
              message.wireType() == ProtobufReader.BYTES
                  ? message.readString()
                  : "" + message.readVarint());
        }
      }
    }
    assertThat(texts).containsExactly("__name__", "m", "a", "b", "1.5", "7", "2", "m", "level", "");
  }

  private static RemoteWriteSender sender(URI uri) {
    return new RemoteWriteSender(
        HttpClient.newHttpClient(),
        uri,
        Duration.ofSeconds(5),
        Map.of("Authorization", "Bearer x"),
        InstantSource.system());
  }

  private static EncodedSamples samples() {
    return EncodedSamples.of(batch(10), new RemoteWriteV2Encoder()).getFirst();
  }

  @Test
  void the_best_dialect_is_tried_first_and_says_who_we_are() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      assertThat(sender(sink.uri().resolve("/api/v1/write")).send(samples()))
          .isEqualTo(new SendResult.Accepted(0, ""));
      assertThat(sink.samples()).hasSize(11);
      assertThat(sink.requestHeaders().getFirst())
          .containsEntry("Content-Encoding", "zstd")
          .containsEntry(
              "Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request")
          .containsEntry("X-Prometheus-Remote-Write-Version", "2.0.0")
          .containsEntry("Authorization", "Bearer x")
          .hasEntrySatisfying("User-Agent", agent -> assertThat(agent).startsWith("mangru-agent/"));
    }
  }

  @Test
  void a_server_without_zstd_gets_snappy_and_is_not_asked_again() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.behave((_, encoding, _) -> encoding.equals("zstd") ? 415 : 204);
      RemoteWriteSender sender = sender(sink.uri());
      assertThat(sender.send(samples())).isEqualTo(new SendResult.Accepted(0, ""));
      assertThat(sender.send(samples())).isEqualTo(new SendResult.Accepted(0, ""));
      assertThat(sender.dialect()).isEqualTo(RemoteWriteSender.Dialect.V2_SNAPPY);
      assertThat(sink.requestHeaders().stream().map(headers -> headers.get("Content-Encoding")))
          .containsExactly("zstd", "snappy", "snappy");
    }
  }

  @Test
  void overload_is_tried_later_as_the_server_wishes_and_nonsense_is_not() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      RemoteWriteSender sender = sender(sink.uri());
      for (int status : new int[] {429, 500, 503}) {
        sink.behave((_, _, _) -> status);
        assertThat(sender.send(samples()))
            .isEqualTo(new SendResult.TryLater("" + status, null, ""));
      }
      sink.behave((_, _, _) -> 404);
      assertThat(sender.send(samples())).isEqualTo(new SendResult.Refused("404", ""));
      sink.behave((_, _, _) -> 400);
      assertThat(sender.send(samples())).isEqualTo(new SendResult.Refused("400", "400 "));
      sink.behave((_, _, _) -> 0);
      assertThat(sender.send(samples())).isInstanceOf(SendResult.TryLater.class);
    }
  }

  @Test
  void a_server_that_is_away_is_no_answer() throws Exception {
    URI gone;
    try (HttpSink sink = new HttpSink()) {
      gone = sink.uri();
    }
    assertThat(sender(gone).send(samples()))
        .isInstanceOfSatisfying(
            SendResult.TryLater.class, later -> assertThat(later.code()).isEqualTo("no_answer"));
  }

  @Test
  void waits_grow_to_the_cap_and_obey_the_server() throws IOException {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), new Random(1));
    long longestMs = 100;
    for (int i = 0; i < 10; i++) {
      long waitMs = backoff.failed(null).toMillis();
      assertThat(waitMs).isBetween(longestMs / 2 - 1, longestMs);
      longestMs = Math.min(2_000, longestMs * 2);
    }
    assertThat(backoff.failed(Duration.ofMinutes(5))).isEqualTo(Duration.ofSeconds(2));
    backoff.succeeded();
    assertThat(backoff.failed(Duration.ofMillis(700))).isEqualTo(Duration.ofMillis(700));
  }
}
