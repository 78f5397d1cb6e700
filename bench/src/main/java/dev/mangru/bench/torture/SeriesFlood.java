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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Floods a server with new series by remote write, as a label that holds a request id does, while
/// ordinary series go on and somebody asks questions, some of them about all of the flood. The
/// server must live, refuse the flood with 429 and a reason, be ready all the time, answer, and
/// store every sample of the ordinary series.
///
/// Each request has [#NEW] new series and one sample of each of [#OLD] ordinary ones. The last
/// tenth of the requests has values of [#LONG_VALUE] characters and fewer series, which go by
/// bytes.
public final class SeriesFlood {

  /// New series of a request.
  private static final int NEW = 5_000;

  /// Ordinary series.
  private static final int OLD = 200;

  private static final int LONG_VALUE = 2_000;

  private static final String STORED = "sum(count_over_time(flood_ordinary[1d]))";

  /// What is asked meanwhile. An answer that says which limit a question meets is one too.
  private static final List<String> QUESTIONS =
      List.of(
          query(STORED),
          query("count(flood_new)"),
          query("topk(3, flood_new)"),
          "/api/v1/series?limit=100000&match[]=flood_new",
          "/api/v1/label/request_id/values");

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final String url;
  private final InstantSource clock = InstantSource.system();
  private final TreeMap<Integer, Integer> answers = new TreeMap<>();
  private final Map<String, Integer> asked = new ConcurrentSkipListMap<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicLong notReady = new AtomicLong();
  private final AtomicLong slowestReadyMs = new AtomicLong();
  private String lastReason = "";

  private SeriesFlood(String url) {
    this.url = url;
  }

  /// `URL SERIES` floods; `URL stored SAMPLES` only looks whether the samples of ordinary series
  /// are there.
  public static void main(String[] arguments) throws IOException, InterruptedException {
    SeriesFlood flood = new SeriesFlood(arguments[0]);
    if (arguments[1].equals("stored")) {
      String found = flood.stored();
      System.out.printf("samples of ordinary series: %s, expected %s%n", found, arguments[2]);
      System.exit(found.equals(arguments[2]) ? 0 : 1);
    }
    System.exit(flood.run(Long.parseLong(arguments[1])) ? 0 : 1);
  }

  private boolean run(long wanted) throws IOException, InterruptedException {
    Thread asking = Thread.ofPlatform().name("questions").start(this::ask);
    Thread watching = Thread.ofPlatform().name("ready").start(this::watch);
    long requests = wanted / NEW;
    long startMs = clock.millis() - requests;
    long stored = 0;
    for (long i = 0; i < requests; i++) {
      boolean longValues = i >= requests - requests / 10;
      if (send(body(i, startMs + i, longValues))) {
        stored++;
      }
      if (i % (requests / 20 + 1) == 0) {
        System.out.printf("%d of %d series sent; answers %s%n", i * NEW, wanted, answers);
      }
    }
    over.countDown();
    asking.join();
    watching.join();
    String found = stored();
    System.out.printf(
        "answers by status: %s%nlast reason: %.300s%nanswers to questions: %s%n"
            + "not ready: %d times; slowest /-/ready: %d ms%n"
            + "samples of ordinary series: %d sent in requests that were not refused as a whole, %s"
            + " found%n",
        answers, lastReason, asked, notReady.get(), slowestReadyMs.get(), stored * OLD, found);
    return found.equals(String.valueOf(stored * OLD))
        && answers.containsKey(429)
        && notReady.get() == 0
        && asked.keySet().stream().noneMatch(answer -> answer.startsWith("no answer"));
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
      case 200, 204, 400 -> true;
      case 429 -> response.body().contains("samples stored");
      default -> false;
    };
  }

  private void ask() {
    for (int i = 0; over.getCount() > 0; i++) {
      String question = QUESTIONS.get(i % QUESTIONS.size());
      String answer;
      try {
        answer = String.valueOf(get(question, HttpResponse.BodyHandlers.discarding()).statusCode());
      } catch (IOException e) {
        answer = "no answer to " + question + ": " + e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      asked.merge(answer, 1, Integer::sum);
    }
  }

  private void watch() {
    boolean ended = false;
    while (!ended) {
      long started = clock.millis();
      try {
        if (get("/-/ready", HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
          notReady.incrementAndGet();
        }
        long took = clock.millis() - started;
        slowestReadyMs.accumulateAndGet(took, Math::max);
        ended = over.await(100, TimeUnit.MILLISECONDS);
      } catch (IOException e) {
        System.out.println("/-/ready: " + e);
        notReady.incrementAndGet();
        ended = over.getCount() == 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private <T> HttpResponse<T> get(String path, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(url + path.replace("[]", "%5B%5D")))
            .timeout(Duration.ofMinutes(2))
            .build(),
        handler);
  }

  private static String query(String expression) {
    return "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
  }

  private String stored() throws IOException, InterruptedException {
    return get(query(STORED), HttpResponse.BodyHandlers.ofString())
        .body()
        .replaceAll(".*\"value\":\\[[^,]*,\"([0-9]+)\"\\].*", "$1");
  }

  private static byte[] body(long request, long timeMs, boolean longValues) {
    ProtobufWriter message = new ProtobufWriter();
    for (int i = 0; i < OLD; i++) {
      series(message, "flood_ordinary", "place", "p" + i, timeMs, (double) request);
    }
    int count = longValues ? NEW / 10 : NEW;
    String tail = longValues ? "x".repeat(LONG_VALUE) : "";
    for (int i = 0; i < count; i++) {
      series(message, "flood_new", "request_id", "r" + request + "-" + i + tail, timeMs, i);
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
