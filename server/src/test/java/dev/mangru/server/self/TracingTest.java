package dev.mangru.server.self;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mangru.model.metric.Labels;
import dev.mangru.server.testkit.LiveServer;
import dev.mangru.server.testkit.Wire;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("LongDoubleConversion") // milliseconds of this century are exact in a double
class TracingTest {

  @Test
  void spans_go_to_the_configured_receiver_when_it_is_closed_at_the_latest() throws Exception {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    HttpServer receiver = receiver(received);
    try {
      try (Tracing tracing =
          Tracing.to("http://127.0.0.1:" + receiver.getAddress().getPort() + "/", 1, "test")) {
        tracing.telemetry().getTracer("t").spanBuilder("a span of ours").startSpan().end();
      }
      assertThat(received.poll(10, TimeUnit.SECONDS))
          .startsWith("POST /v1/traces ")
          .contains("a span of ours", "mangru");
    } finally {
      receiver.stop(0);
    }
  }

  @Test
  void ingest_and_queries_have_spans(@TempDir Path data) throws Exception {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    HttpServer receiver = receiver(received);
    try {
      String endpoint = "http://127.0.0.1:" + receiver.getAddress().getPort();
      try (LiveServer server = new LiveServer(data, "--mangru.otel.endpoint=" + endpoint)) {
        byte[] body = Wire.writeV1(Labels.of("__name__", "up"), System.currentTimeMillis(), 1);
        server.post(
            "/api/v1/write",
            Wire.snappy(body),
            "Content-Type",
            "application/x-protobuf",
            "Content-Encoding",
            "snappy");
        server.send(
            HttpRequest.newBuilder(server.uri("/api/v1/query?query=up"))
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
      }
      String spans = String.join("", received);
      byte[] trace = HexFormat.of().parseHex("4bf92f3577b34da6a3ce929d0e0e4736");
      assertThat(spans)
          .contains("POST /api/v1/write", "GET /api/v1/query")
          .as("the caller's trace goes on")
          .contains(new String(trace, StandardCharsets.ISO_8859_1));
    } finally {
      receiver.stop(0);
    }
  }

  private static HttpServer receiver(BlockingQueue<String> received) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
          received.add(
              exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " " + body);
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void without_a_receiver_nothing_is_recorded() {
    try (Tracing tracing = Tracing.to("", 1, "test")) {
      assertThat(tracing.telemetry()).isSameAs(OpenTelemetry.noop());
    }
  }
}
