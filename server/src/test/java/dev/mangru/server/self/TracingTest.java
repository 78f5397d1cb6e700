package dev.mangru.server.self;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

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
