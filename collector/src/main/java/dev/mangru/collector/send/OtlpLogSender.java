package dev.mangru.collector.send;

import com.github.luben.zstd.Zstd;
import dev.mangru.collector.tail.LogBatch;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.wire.ProtobufReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/// Sends log lines as OTLP over HTTP, compressed as well as the server understands. Confined to one
/// thread.
///
/// Tried from the top: zstd, gzip, nothing. A 415 moves down for good, and so does a 400 to an
/// encoding that never worked. A batch that the server finds too large (413) is sent in halves.
/// When the server was away the search starts at the top again.
public final class OtlpLogSender {

  private static final String[] ENCODINGS = {"zstd", "gzip", ""};

  /// Source: OTLP specification, “Retryable Response Codes”.
  private static final Set<Integer> RETRYABLE = Set.of(429, 502, 503, 504);

  private final HttpPost post;
  private final OtlpLogEncoder encoder = new OtlpLogEncoder();
  private int encoding;
  private boolean confirmed;

  /// @param uri where to send to, such as `http://host:8080/v1/logs`
  /// @param timeout for one whole exchange
  /// @param headers sent with every request
  public OtlpLogSender(
      HttpClient client,
      URI uri,
      Duration timeout,
      Map<String, String> headers,
      InstantSource clock) {
    post = new HttpPost(client, uri, timeout, headers, clock);
  }

  /// The content encoding used now; empty for none.
  String encoding() {
    return ENCODINGS[encoding];
  }

  /// One attempt. A batch without records is accepted at once.
  ///
  /// @throws InterruptedException if the thread was interrupted while waiting for the answer
  public SendResult send(LogBatch batch) throws InterruptedException {
    return batch.records() == 0 ? new SendResult.Accepted(0, "") : send(batch, 0, batch.records());
  }

  private SendResult send(LogBatch batch, int from, int to) throws InterruptedException {
    byte[] body = encoder.encode(batch, from, to);
    String firstComplaint = "";
    for (int attempt = encoding; attempt < ENCODINGS.length; attempt++) {
      switch (exchange(body, ENCODINGS[attempt])) {
        case HttpPost.Reply.NoAnswer(String why) -> {
          encoding = 0;
          confirmed = false;
          return new SendResult.TryLater("no_answer", null, why);
        }
        case HttpPost.Reply.Answer answer -> {
          int status = answer.status();
          if (status / 100 == 2) {
            encoding = attempt;
            confirmed = true;
            return accepted(answer, to - from);
          }
          if (RETRYABLE.contains(status)) {
            return new SendResult.TryLater(
                Integer.toString(status), post.retryAfter(answer), answer.text());
          }
          if (status == 413 && to - from > 1) {
            return halves(batch, from, to);
          }
          if (status != 415 && (status != 400 || confirmed)) {
            return new SendResult.Refused(Integer.toString(status), answer.text());
          }
          if (firstComplaint.isEmpty()) {
            firstComplaint = status + " " + answer.text();
          }
          if (attempt + 1 == ENCODINGS.length) {
            encoding = 0;
            confirmed = false;
            return new SendResult.Refused(Integer.toString(status), firstComplaint);
          }
        }
      }
    }
    throw new AssertionError("the last encoding always ends in a result");
  }

  /// The first half again with the second is a repetition, not a loss: whatever is not accepted
  /// makes the whole batch come again.
  private SendResult halves(LogBatch batch, int from, int to) throws InterruptedException {
    int middle = (from + to) >>> 1;
    SendResult first = send(batch, from, middle);
    if (first instanceof SendResult.TryLater) {
      return first;
    }
    SendResult second = send(batch, middle, to);
    if (second instanceof SendResult.TryLater) {
      return second;
    }
    long rejected = rejected(first, middle - from) + rejected(second, to - middle);
    return rejected == to - from
        ? first
        : new SendResult.Accepted(rejected, message(first, second));
  }

  private static long rejected(SendResult result, int records) {
    return switch (result) {
      case SendResult.Accepted accepted -> accepted.rejected();
      case SendResult.Refused _ -> records;
      case SendResult.TryLater _ -> 0;
    };
  }

  private static String message(SendResult first, SendResult second) {
    for (SendResult result : new SendResult[] {first, second}) {
      if (result instanceof SendResult.Refused refused) {
        return refused.code() + " " + refused.message();
      }
      if (result instanceof SendResult.Accepted accepted && !accepted.message().isEmpty()) {
        return accepted.message();
      }
    }
    return "";
  }

  private HttpPost.Reply exchange(byte[] body, String contentEncoding) throws InterruptedException {
    byte[] encoded =
        switch (contentEncoding) {
          case "zstd" -> Zstd.compress(body, 1);
          case "gzip" -> gzip(body);
          default -> body;
        };
    return post.post(encoded, "application/x-protobuf", contentEncoding, Map.of());
  }

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 4 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /// `ExportLogsServiceResponse.partial_success`: records refused within an accepted request.
  private static SendResult accepted(HttpPost.Reply.Answer answer, int records) {
    long rejected = 0;
    String message = "";
    boolean protobuf =
        answer.header("content-type").orElse("").startsWith("application/x-protobuf");
    if (protobuf) {
      try {
        ProtobufReader response = new ProtobufReader(answer.body());
        while (response.nextField()) {
          if (response.field() != 1) {
            response.skip();
            continue;
          }
          ProtobufReader partial = response.readMessage();
          while (partial.nextField()) {
            switch (partial.field()) {
              case 1 -> rejected = partial.readVarint();
              case 2 -> message = partial.readString();
              default -> partial.skip();
            }
          }
        }
      } catch (MangruException e) {
        // The status said that the records are safe; the rest is only commentary.
        return new SendResult.Accepted(0, e.text());
      }
    }
    return new SendResult.Accepted(Math.clamp(rejected, 0L, records), message);
  }
}
