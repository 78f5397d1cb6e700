package dev.mangru.server.conformance.http;

import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.conformance.http.Variant.Expected;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.xerial.snappy.Snappy;

/// Sends requests. Confined to one thread.
final class Requests {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /// Enough of a stream of events to check.
  private static final int MAX_STREAM_BYTES = 64 << 10;

  private final Rig rig;
  private final String prefix;

  /// @param prefix of every path, such as `/api/v1`
  Requests(Rig rig, String prefix) {
    this.rig = rig;
    this.prefix = prefix;
  }

  /// An answer.
  ///
  /// @param type the content type without its parameters; empty if there is none
  record Answer(int status, String type, String body) {}

  /// A body that the description says nothing of.
  @SuppressWarnings("ArrayRecordComponent") // bytes for the wire; nobody compares bodies
  record Body(String what, String type, String encoding, byte[] bytes, Expected expected) {

    /// Bodies for an operation, one of them right where the path's protocol is known.
    static List<Body> of(String path, Instant now) throws IOException {
      List<Body> all = new ArrayList<>();
      String protobuf = "application/x-protobuf";
      byte[] garbage = "no message".getBytes(StandardCharsets.UTF_8);
      long nowMs = now.toEpochMilli();
      if (path.equals("/write")) {
        byte[] write =
            new ProtobufWriter()
                .message(
                    1,
                    series ->
                        series
                            .message(
                                1, name -> name.string(1, "__name__").string(2, "shop_written"))
                            .message(2, s -> s.doubleField(1, 1).varint(2, nowMs)))
                .toByteArray();
        all.add(new Body("samples", protobuf, "snappy", Snappy.compress(write), Expected.SUCCESS));
        all.add(new Body("not compressed", protobuf, "snappy", garbage, Expected.REFUSAL));
        all.add(
            new Body("no message", protobuf, "snappy", Snappy.compress(garbage), Expected.REFUSAL));
        all.add(new Body("another type", "text/csv", "snappy", garbage, Expected.REFUSAL));
      } else if (path.equals("/read")) {
        byte[] read =
            new ProtobufWriter()
                .message(
                    1,
                    query ->
                        query
                            .varint(1, nowMs - 60_000)
                            .varint(2, nowMs)
                            .message(
                                3, matcher -> matcher.string(2, "__name__").string(3, Rig.METRIC)))
                .toByteArray();
        all.add(new Body("a query", protobuf, "snappy", Snappy.compress(read), Expected.SUCCESS));
        all.add(new Body("not compressed", protobuf, "snappy", garbage, Expected.REFUSAL));
        all.add(
            new Body("no message", protobuf, "snappy", Snappy.compress(garbage), Expected.REFUSAL));
      } else if (path.endsWith("/v1/metrics")) {
        all.add(new Body("metrics", protobuf, "", otlp(nowMs), Expected.SUCCESS));
        all.add(new Body("no message", protobuf, "", garbage, Expected.REFUSAL));
        all.add(new Body("another type", "text/csv", "", garbage, Expected.REFUSAL));
      } else {
        all.add(new Body("no body", "", "", new byte[0], Expected.DESCRIBED));
      }
      return all;
    }

    /// An OTLP export of one gauge.
    private static byte[] otlp(long nowMs) {
      return new ProtobufWriter()
          .message(
              1,
              resource ->
                  resource.message(
                      2,
                      scope ->
                          scope.message(
                              2,
                              metric ->
                                  metric
                                      .string(1, "shop_temperature")
                                      .message(
                                          5,
                                          gauge ->
                                              gauge.message(
                                                  1,
                                                  point ->
                                                      point
                                                          .fixed64(3, nowMs * 1_000_000)
                                                          .doubleField(4, 21.5))))))
          .toByteArray();
    }
  }

  /// Sends parameters where the operation has them.
  Answer send(Operation operation, Variant variant) throws IOException, InterruptedException {
    String path = prefix + operation.path();
    List<String> pairs = new ArrayList<>();
    for (Map.Entry<String, String> each : variant.parameters()) {
      if (HttpConformance.inPath(operation, each.getKey())) {
        path = path.replace("{" + each.getKey() + "}", encoded(each.getValue()));
      } else {
        pairs.add(encoded(each.getKey()) + "=" + encoded(each.getValue()));
      }
    }
    String query = String.join("&", pairs);
    HttpRequest.Builder request;
    if (operation.form()) {
      request =
          HttpRequest.newBuilder(URI.create(rig.base() + path))
              .header("Content-Type", "application/x-www-form-urlencoded")
              .method(operation.method(), BodyPublishers.ofString(query));
    } else {
      request =
          HttpRequest.newBuilder(
                  URI.create(rig.base() + path + (query.isEmpty() ? "" : "?" + query)))
              .method(operation.method(), BodyPublishers.noBody());
    }
    return send(request);
  }

  /// Sends a body.
  Answer send(Operation operation, Body body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(rig.base() + prefix + operation.path()))
            .method(operation.method(), BodyPublishers.ofByteArray(body.bytes()));
    if (!body.type().isEmpty()) {
      request.header("Content-Type", body.type());
    }
    if (!body.encoding().isEmpty()) {
      request.header("Content-Encoding", body.encoding());
    }
    return send(request);
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        rig.client().send(request.timeout(TIMEOUT).build(), BodyHandlers.ofInputStream());
    String type = response.headers().firstValue("Content-Type").orElse("");
    int semicolon = type.indexOf(';');
    String kind = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    try (InputStream body = response.body()) {
      byte[] bytes = kind.equals("text/event-stream") ? firstEvent(body) : body.readAllBytes();
      return new Answer(response.statusCode(), kind, new String(bytes, StandardCharsets.UTF_8));
    }
  }

  /// Up to the first empty line: the stream itself does not end.
  private static byte[] firstEvent(InputStream stream) throws IOException {
    byte[] bytes = new byte[MAX_STREAM_BYTES];
    int length = 0;
    while (length < bytes.length) {
      int next = stream.read();
      if (next < 0) {
        break;
      }
      bytes[length++] = (byte) next;
      if (length >= 2 && bytes[length - 1] == '\n' && bytes[length - 2] == '\n') {
        break;
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
