package dev.mangru.collector.agent;

import com.github.luben.zstd.Zstd;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mangru.model.wire.ProtobufReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.xerial.snappy.Snappy;

/// A small server that takes remote write 2.0 and OTLP logs, remembers what it got, and can be told
/// to misbehave. Thread-safe.
public final class HttpSink implements AutoCloseable {

  /// What the sink answers.
  public interface Behaviour {

    /// The status for a request; 0 keeps the data and then drops the connection without an answer.
    int status(String path, String contentEncoding, int request);

    /// Takes everything.
    Behaviour GOOD = (_, _, _) -> 200;
  }

  /// A line that arrived.
  public record Line(long timestampNs, String text, Map<String, String> attributes) {}

  /// A sample that arrived.
  public record Sample(Map<String, String> labels, long timestampMs, double value) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger requests = new AtomicInteger();
  private final Map<String, AtomicInteger> countByLine = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Line> lines = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Map<String, String>> requestHeaders =
      new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<RuntimeException> faults = new ConcurrentLinkedQueue<>();
  private volatile Behaviour behaviour = Behaviour.GOOD;

  public HttpSink() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public void behave(Behaviour newBehaviour) {
    behaviour = newBehaviour;
  }

  public List<Line> lines() {
    return List.copyOf(lines);
  }

  public List<String> texts() {
    return lines.stream().map(Line::text).toList();
  }

  public List<Sample> samples() {
    return List.copyOf(samples);
  }

  public List<Map<String, String>> requestHeaders() {
    return List.copyOf(requestHeaders);
  }

  /// How often each line arrived.
  public Map<String, AtomicInteger> counts() {
    return countByLine;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      answer(exchange);
    } catch (RuntimeException e) {
      faults.add(e);
      throw e;
    }
  }

  /// What was wrong with requests that could not be read.
  public List<RuntimeException> faults() {
    return List.copyOf(faults);
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    String encoding = header(exchange, "Content-Encoding");
    int status = behaviour.status(path, encoding, requests.incrementAndGet());
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
    headers.put("path", path);
    requestHeaders.add(headers);
    if (status == 0 || status / 100 == 2) {
      byte[] raw = decompress(encoding, body);
      if (path.equals("/v1/logs")) {
        logs(raw);
      } else {
        int written = remoteWrite(raw);
        exchange
            .getResponseHeaders()
            .set("X-Prometheus-Remote-Write-Samples-Written", Integer.toString(written));
      }
    }
    if (status != 0) {
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private static byte[] decompress(String encoding, byte[] body) throws IOException {
    return switch (encoding) {
      case "zstd" -> Zstd.decompress(body, (int) Zstd.getFrameContentSize(body));
      case "snappy" -> Snappy.uncompress(body);
      case "gzip" -> {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
          yield gzip.readAllBytes();
        }
      }
      default -> body;
    };
  }

  private void logs(byte[] raw) {
    List<Line> decoded = decodeLogs(raw);
    for (Line line : decoded) {
      countByLine.computeIfAbsent(line.text(), _ -> new AtomicInteger()).incrementAndGet();
      lines.add(line);
    }
  }

  /// Reads an `ExportLogsServiceRequest`, with code that shares nothing with the encoder.
  public static List<Line> decodeLogs(byte[] raw) {
    List<Line> decoded = new ArrayList<>();
    ProtobufReader request = new ProtobufReader(raw);
    while (request.nextField()) {
      ProtobufReader resourceLogs = request.readMessage();
      Map<String, String> attributes = new TreeMap<>();
      while (resourceLogs.nextField()) {
        if (resourceLogs.field() == 1) {
          ProtobufReader resource = resourceLogs.readMessage();
          while (resource.nextField()) {
            keyValue(resource.readMessage(), attributes);
          }
        } else {
          ProtobufReader scope = resourceLogs.readMessage();
          while (scope.nextField()) {
            ProtobufReader record = scope.readMessage();
            long time = 0;
            String text = "";
            while (record.nextField()) {
              switch (record.field()) {
                case 1 -> time = record.readFixed64();
                case 5 -> text = anyValue(record.readMessage());
                default -> record.skip();
              }
            }
            decoded.add(new Line(time, text, attributes));
          }
        }
      }
    }
    return decoded;
  }

  private static void keyValue(ProtobufReader pair, Map<String, String> attributes) {
    String key = "";
    String value = "";
    while (pair.nextField()) {
      if (pair.field() == 1) {
        key = pair.readString();
      } else {
        value = anyValue(pair.readMessage());
      }
    }
    attributes.put(key, value);
  }

  private static String anyValue(ProtobufReader any) {
    String text = "";
    while (any.nextField()) {
      text = any.readString();
    }
    return text;
  }

  private int remoteWrite(byte[] raw) {
    List<Sample> decoded = decodeV2(raw);
    samples.addAll(decoded);
    return decoded.size();
  }

  /// Reads an `io.prometheus.write.v2.Request`, with code that shares nothing with the encoder.
  public static List<Sample> decodeV2(byte[] raw) {
    List<String> symbols = new ArrayList<>();
    List<Sample> decoded = new ArrayList<>();
    ProtobufReader request = new ProtobufReader(raw);
    while (request.nextField()) {
      if (request.field() == 4) {
        symbols.add(request.readString());
        continue;
      }
      ProtobufReader series = request.readMessage();
      Map<String, String> labels = new TreeMap<>();
      while (series.nextField()) {
        switch (series.field()) {
          case 1 -> {
            ProtobufReader refs = series.readMessage();
            while (refs.hasMore()) {
              String name = symbols.get((int) refs.nextPackedVarint());
              labels.put(name, symbols.get((int) refs.nextPackedVarint()));
            }
          }
          case 2 -> {
            ProtobufReader sample = series.readMessage();
            double value = 0;
            long time = 0;
            while (sample.nextField()) {
              switch (sample.field()) {
                case 1 -> value = sample.readDouble();
                case 2 -> time = sample.readVarint();
                default -> sample.skip();
              }
            }
            decoded.add(new Sample(labels, time, value));
          }
          default -> series.skip();
        }
      }
    }
    return decoded;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
