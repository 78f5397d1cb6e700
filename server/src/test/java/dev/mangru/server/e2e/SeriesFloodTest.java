package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A flood of new series against a server with little memory: it lives, says 429 and why, is ready
/// all the time, answers, stores what belongs to the series it knows, and starts again with as
/// little. `bench/flood.sh` is the same with ten million series in a control group.
class SeriesFloodTest {

  private static final String HEAP = "-Xmx64m";
  private static final int REQUESTS = 60;
  private static final int NEW = 5_000;
  private static final int KNOWN = 20;

  @TempDir Path folder;

  @Test
  void a_flood_of_new_series_is_refused_and_known_ones_are_stored() throws Exception {
    long firstMs = System.currentTimeMillis() - REQUESTS;
    Map<Integer, Integer> answers = new TreeMap<>();
    String reason = "";
    MangruProcess mangru =
        MangruProcess.startWith(HEAP, folder.resolve("data"), "--no-agent", "--no-playground");
    try {
      for (int request = 0; request < REQUESTS; request++) {
        // A fifth of the requests has labels that go by bytes rather than by number.
        String tail = request % 5 == 4 ? "x".repeat(1_000) : "";
        HttpResponse<String> answer =
            mangru.post(
                "/api/v1/write",
                "application/x-protobuf",
                body(request, firstMs + request, tail.isEmpty() ? NEW : NEW / 10, tail),
                "Content-Encoding",
                "snappy");
        answers.merge(answer.statusCode(), 1, Integer::sum);
        if (answer.statusCode() == 429) {
          reason = answer.body();
        }
        if (request % 10 == 9) {
          assertThat(mangru.get("/-/ready").statusCode()).isEqualTo(200);
          assertThat(mangru.get("/api/v1/query?query=count(flood_new)").statusCode())
              .as("an answer, or which limit the question meets")
              .isIn(200, 422);
        }
      }
      assertThat(answers).containsOnlyKeys(204, 429);
      assertThat(answers.get(429)).isGreaterThan(REQUESTS / 2);
      assertThat(reason).startsWith(KNOWN + " samples stored").contains("too many series");
      assertStored(mangru);

      mangru.kill();
      mangru.restart("--no-agent", "--no-playground");
      assertStored(mangru);
      HttpResponse<String> again =
          mangru.post(
              "/api/v1/write",
              "application/x-protobuf",
              body(REQUESTS, firstMs + REQUESTS, 100, ""),
              "Content-Encoding",
              "snappy");
      assertThat(again.statusCode()).as(again.body()).isIn(204, 429);
      assertThat(mangru.terminate()).isIn(0, 143);
    } finally {
      mangru.close();
    }
    assertThat(mangru.consoleText()).doesNotContain("OutOfMemoryError");
  }

  private static void assertStored(MangruProcess mangru) {
    assertThat(
            mangru.query("sum(count_over_time(flood_known[1h]))").get(0).at("/value/1").asString())
        .isEqualTo(String.valueOf(REQUESTS * KNOWN));
  }

  private static byte[] body(int request, long timeMs, int count, String tail) throws Exception {
    RemoteWriteBody body = new RemoteWriteBody();
    for (int i = 0; i < KNOWN; i++) {
      body.sample(timeMs, request, "__name__", "flood_known", "place", "p" + i);
    }
    for (int i = 0; i < count; i++) {
      body.sample(timeMs, i, "__name__", "flood_new", "request_id", request + "-" + i + tail);
    }
    return body.snappy();
  }
}
