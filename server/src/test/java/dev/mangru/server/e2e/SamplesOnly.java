package dev.mangru.server.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mangru.model.wire.ProtobufReader;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.xerial.snappy.Snappy;

/// Stands between a reader and a remote, and asks the remote for samples where the reader would
/// have taken chunks.
final class SamplesOnly implements AutoCloseable {

  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI remote;
  private final AtomicInteger asked = new AtomicInteger();

  SamplesOnly(URI remote) throws IOException {
    this.remote = remote;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::pass);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/read");
  }

  /// Answers that were samples.
  int asked() {
    return asked.get();
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      ProtobufReader in =
          new ProtobufReader(Snappy.uncompress(exchange.getRequestBody().readAllBytes()));
      ProtobufWriter out = new ProtobufWriter();
      while (in.nextField()) {
        if (in.field() == 1) {
          out.bytes(1, in.readBytes());
        } else {
          in.skip();
        }
      }
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(remote)
                  .header("Content-Type", "application/x-protobuf")
                  .header("Content-Encoding", "snappy")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(Wire.snappy(out.toByteArray())))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      String type = answer.headers().firstValue("Content-Type").orElse("");
      if (type.equals("application/x-protobuf")) {
        asked.incrementAndGet();
      }
      exchange.getResponseHeaders().set("Content-Type", type);
      answer
          .headers()
          .firstValue("Content-Encoding")
          .ifPresent(coding -> exchange.getResponseHeaders().set("Content-Encoding", coding));
      exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    client.close();
  }
}
