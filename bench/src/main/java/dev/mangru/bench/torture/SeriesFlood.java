package dev.mangru.bench.torture;

import dev.mangru.model.wire.ProtobufWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.TreeMap;

/// Floods a server with new series by remote write, as a label that holds a request id does, while
/// ordinary series go on. The server must live, refuse the flood with 429 and a reason, and store
/// every sample of the ordinary series.
///
/// Each request has [#NEW] new series and one sample of each of [#OLD] ordinary ones.
public final class SeriesFlood {

  /// New series of a request.
  private static final int NEW = 5_000;

  /// Ordinary series.
  private static final int OLD = 200;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String url;
  private final InstantSource clock = InstantSource.system();
  private final TreeMap<Integer, Integer> answers = new TreeMap<>();
  private String lastReason = "";

  private SeriesFlood(String url) {
    this.url = url;
  }

  /// `URL SERIES`.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    long wanted = Long.parseLong(arguments[1]);
    new SeriesFlood(arguments[0]).run(wanted);
  }

  private void run(long wanted) throws IOException, InterruptedException {
    long requests = wanted / NEW;
    long startMs = clock.millis() - requests;
    long stored = 0;
    for (long i = 0; i < requests; i++) {
      if (send(body(i, startMs + i))) {
        stored++;
      }
      if (i % (requests / 20 + 1) == 0) {
        System.out.printf("%d of %d series sent; answers %s%n", i * NEW, wanted, answers);
      }
    }
    String found =
        query("sum(count_over_time(flood_ordinary[1d]))")
            .replaceAll(".*\"value\":\\[[^,]*,\"([0-9]+)\"\\].*", "$1");
    System.out.printf(
        "answers by status: %s%nlast reason: %s%nsamples of ordinary series: %d sent in requests"
            + " that were not refused as a whole, %s found%n",
        answers, lastReason, stored * OLD, found);
    if (!found.equals(String.valueOf(stored * OLD)) || !answers.containsKey(429)) {
      System.exit(1);
    }
  }

  /// Whether the ordinary samples of the request must be stored: it was answered, and not by a
  /// refusal of the whole.
  private boolean send(byte[] body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/api/v1/write"))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/x-protobuf")
            .header("Content-Encoding", "snappy")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    answers.merge(response.statusCode(), 1, Integer::sum);
    if (response.statusCode() >= 300) {
      lastReason = response.body().strip();
    }
    return switch (response.statusCode()) {
      case 200, 204, 400, 429 -> true;
      default -> false;
    };
  }

  private String query(String expression) throws IOException, InterruptedException {
    String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return http.send(
            HttpRequest.newBuilder(URI.create(url + "/api/v1/query?query=" + encoded)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static byte[] body(long request, long timeMs) {
    ProtobufWriter message = new ProtobufWriter();
    for (int i = 0; i < OLD; i++) {
      series(message, "flood_ordinary", "place", "p" + i, timeMs, (double) request);
    }
    for (int i = 0; i < NEW; i++) {
      series(message, "flood_new", "request_id", "r" + request + "-" + i, timeMs, i);
    }
    return uncompressed(message.toByteArray());
  }

  private static void series(
      ProtobufWriter message, String metric, String label, String text, long timeMs, double value) {
    message.message(
        1,
        series -> {
          label(series, "__name__", metric);
          label(series, "job", "flood");
          label(series, label, text);
          series.message(
              2,
              sample -> {
                sample.doubleField(1, value);
                sample.varint(2, timeMs);
              });
        });
  }

  private static void label(ProtobufWriter series, String name, String value) {
    series.message(
        1,
        label -> {
          label.string(1, name);
          label.string(2, value);
        });
  }

  /// Snappy's form with nothing but literals. Source: google/snappy, format_description.txt.
  private static byte[] uncompressed(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 64);
    int length = body.length;
    while (length >= 0x80) {
      out.write((length & 0x7f) | 0x80);
      length >>>= 7;
    }
    out.write(length);
    for (int at = 0; at < body.length; at += 1 << 16) {
      int count = Math.min(1 << 16, body.length - at);
      out.write(61 << 2);
      out.write(count - 1);
      out.write((count - 1) >>> 8);
      out.write(body, at, count);
    }
    return out.toByteArray();
  }
}
