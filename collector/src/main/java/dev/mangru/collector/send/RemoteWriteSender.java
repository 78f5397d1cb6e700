package dev.mangru.collector.send;

import dev.mangru.collector.pipeline.SampleBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.xerial.snappy.Snappy;

/// Sends samples by remote write, in the best dialect that the server understands. Confined to one
/// thread.
///
/// Tried from the top: 2.0 with zstd, 2.0 with snappy, 1.0 with snappy. A 415 moves down for good;
/// a 400 to a dialect that never worked moves down too, because servers that know only 1.0 cannot
/// parse the rest; so does a 2xx to a 2.0 request that does not say how much was written, for the
/// same servers. When the server was away the search starts at the top again: it may have been
/// upgraded.
public final class RemoteWriteSender {

  /// What can be spoken.
  enum Dialect {
    V2_ZSTD("zstd", true),
    V2_SNAPPY("snappy", true),
    V1_SNAPPY("snappy", false);

    private final String encoding;
    private final boolean isV2;

    Dialect(String encoding, boolean isV2) {
      this.encoding = encoding;
      this.isV2 = isV2;
    }
  }

  private static final String V2_TYPE =
      "application/x-protobuf;proto=io.prometheus.write.v2.Request";
  private static final String V1_TYPE = "application/x-protobuf";
  private static final String VERSION = "X-Prometheus-Remote-Write-Version";
  private static final String WRITTEN = "x-prometheus-remote-write-samples-written";
  private static final Dialect[] DIALECTS = Dialect.values();

  private final HttpPost post;
  private final RemoteWriteV1Encoder v1 = new RemoteWriteV1Encoder();
  private int dialect;
  private boolean confirmed;

  /// @param uri where to write to, such as `http://host:8080/api/v1/write`
  /// @param timeout for one whole exchange
  /// @param headers sent with every request
  public RemoteWriteSender(
      HttpClient client,
      URI uri,
      Duration timeout,
      Map<String, String> headers,
      InstantSource clock) {
    post = new HttpPost(client, uri, timeout, headers, clock);
  }

  /// The dialect spoken now.
  Dialect dialect() {
    return DIALECTS[dialect];
  }

  /// One attempt, in as many dialects as it takes.
  ///
  /// @throws InterruptedException if the thread was interrupted while waiting for the answer
  public SendResult send(EncodedSamples samples) throws InterruptedException {
    String firstComplaint = "";
    for (int attempt = dialect; attempt < DIALECTS.length; attempt++) {
      Dialect tried = DIALECTS[attempt];
      switch (exchange(samples, tried)) {
        case HttpPost.Reply.NoAnswer(String why) -> {
          dialect = 0;
          confirmed = false;
          return new SendResult.TryLater("no_answer", null, why);
        }
        case HttpPost.Reply.Answer answer -> {
          int status = answer.status();
          boolean understood =
              status / 100 == 2 && (!tried.isV2 || answer.header(WRITTEN).isPresent());
          if (understood) {
            dialect = attempt;
            confirmed = true;
            return new SendResult.Accepted(unwritten(samples, tried, answer), answer.text());
          }
          if (status == 429 || status / 100 == 5) {
            return new SendResult.TryLater(
                Integer.toString(status), post.retryAfter(answer), answer.text());
          }
          boolean lower = status / 100 == 2 || status == 415 || (status == 400 && !confirmed);
          if (!lower) {
            return new SendResult.Refused(Integer.toString(status), answer.text());
          }
          if (firstComplaint.isEmpty()) {
            firstComplaint = status + " " + answer.text();
          }
          if (attempt + 1 == DIALECTS.length) {
            dialect = 0;
            confirmed = false;
            return new SendResult.Refused(Integer.toString(status), firstComplaint);
          }
        }
      }
    }
    throw new AssertionError("the last dialect always ends in a result");
  }

  private static long unwritten(
      EncodedSamples samples, Dialect dialect, HttpPost.Reply.Answer answer) {
    if (!dialect.isV2) {
      return 0;
    }
    String written = answer.header(WRITTEN).orElse("");
    boolean isNumber =
        !written.isEmpty()
            && written.length() < 10
            && written.chars().allMatch(c -> c >= '0' && c <= '9');
    return isNumber ? Math.max(0, samples.samples() - Integer.parseInt(written)) : 0;
  }

  private HttpPost.Reply exchange(EncodedSamples samples, Dialect dialect)
      throws InterruptedException {
    String type = dialect.isV2 ? V2_TYPE : V1_TYPE;
    String version = dialect.isV2 ? "2.0.0" : "0.1.0";
    return post.post(body(samples, dialect), type, dialect.encoding, Map.of(VERSION, version));
  }

  private byte[] body(EncodedSamples samples, Dialect dialect) {
    return switch (dialect) {
      case V2_ZSTD -> samples.zstd();
      case V2_SNAPPY -> snappy(samples.raw());
      case V1_SNAPPY -> {
        SampleBatch batch = RemoteWriteV2Decoder.decode(samples.raw());
        yield snappy(v1.encode(batch, 0, batch.size()));
      }
    };
  }

  private static byte[] snappy(byte[] raw) {
    try {
      return Snappy.compress(raw);
    } catch (IOException e) {
      throw new UncheckedIOException("snappy cannot compress " + raw.length + " bytes", e);
    }
  }
}
