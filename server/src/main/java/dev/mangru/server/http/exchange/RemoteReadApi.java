package dev.mangru.server.http.exchange;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Cancellation;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.SampleColumns;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.TimeRange;
import dev.mangru.model.wire.ProtobufWriter;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.ContentCoding;
import dev.mangru.server.http.Disconnects;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.QueryLimits;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.exchange.ChunkStream;
import dev.mangru.tsdb.exchange.ReadMessages;
import dev.mangru.tsdb.exchange.ReadRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/v1/read`: Prometheus remote read, as samples and as a stream of chunks.
///
/// A stream holds one series at a time. Samples are held until all are there, compressed, because
/// the answer begins with its length; so they have a limit. Errors are plain text. One that comes
/// after a stream has begun breaks the connection off, so that nobody takes a part for the whole.
///
/// Source: Prometheus, “Remote Read API” and `storage/remote/read_handler.go`.
@RestController
public final class RemoteReadApi {

  private static final Set<ContentCoding> CODINGS = Set.of(ContentCoding.SNAPPY);

  /// Prometheus' default (`--storage.remote.read-sample-limit`); a small heap allows fewer.
  private static final long MAX_SAMPLES = 50_000_000;

  /// What one sample may take of the compressed answer, labels included: as much as one takes in a
  /// query.
  private static final long BYTES_PER_SAMPLE = 16;

  private static final int BUFFER = 64 * 1024;

  private final Tenants tenants;
  private final Bodies bodies;
  private final QueryGate gate;
  private final Disconnects disconnects;
  private final Labels external;
  private final long maxSamples;

  public RemoteReadApi(
      Tenants tenants,
      Bodies bodies,
      QueryGate gate,
      QueryLimits limits,
      Disconnects disconnects,
      ExternalLabels external) {
    this.tenants = tenants;
    this.bodies = bodies;
    this.gate = gate;
    this.disconnects = disconnects;
    this.external = external.labels();
    this.maxSamples = Math.min(MAX_SAMPLES, limits.maxSamples());
  }

  @PostMapping("/api/v1/read")
  void read(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try {
      ContentCoding coding =
          ContentCoding.of(request.getHeader("Content-Encoding"), ContentCoding.SNAPPY, CODINGS);
      ReadRequest asked;
      try (Bodies.Body body = bodies.read(request, coding)) {
        asked = ReadRequest.decode(body.array(), 0, body.length());
      }
      try (TenantMetrics metrics = tenants.forReading(TenantHeader.of(request));
          QueryGate.Turn _ = gate.enter()) {
        if (asked.streamed()) {
          stream(asked, metrics.store(), response);
        } else {
          samples(asked, metrics.store(), request, response);
        }
      }
    } catch (MangruException e) {
      PlainErrors.answer(response, e);
    }
  }

  // ---- chunks ---------------------------------------------------------------------------------

  private void stream(ReadRequest asked, MetricStore store, HttpServletResponse response)
      throws IOException {
    response.setContentType(
        "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse");
    OutputStream out = new BufferedOutputStream(response.getOutputStream(), BUFFER);
    ChunkStream frames = new ChunkStream(out);
    SampleColumns samples = new SampleColumns();
    for (int i = 0; i < asked.queries().size(); i++) {
      ReadRequest.Query query = asked.queries().get(i);
      TimeRange range = query.range();
      if (range == null) {
        continue;
      }
      try (Querier querier = store.querier(range)) {
        for (Querier.Series series : querier.select(query.matchersWithout(external))) {
          read(query, series, samples);
          if (query.labelsOnly() || samples.count() > 0) {
            frames.write(i, ReadMessages.withExternal(series.labels(), external), samples);
          }
        }
      }
    }
    out.flush();
  }

  private void read(ReadRequest.Query query, Querier.Series series, SampleColumns samples) {
    samples.clear();
    if (query.labelsOnly()) {
      return;
    }
    series.read(samples);
    if (samples.count() > maxSamples) {
      throw tooMany();
    }
  }

  private MangruException tooMany() {
    return new MangruException(ErrorCode.QUERY_LIMIT, "exceeded sample limit (" + maxSamples + ")");
  }

  // ---- samples --------------------------------------------------------------------------------

  private void samples(
      ReadRequest asked,
      MetricStore store,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    SnappyPieces answer = new SnappyPieces();
    Cancellation cancellation = new Cancellation();
    try (Disconnects.Watch _ = disconnects.watch(request, cancellation)) {
      Gathering gathering = new Gathering(cancellation);
      for (ReadRequest.Query query : asked.queries()) {
        SnappyPieces result = gathering.result(query, store, answer.held());
        answer.write(
            new ProtobufWriter().rawVarint(1 << 3 | 2).rawVarint(result.length()).toByteArray());
        answer.add(result);
      }
    }
    response.setContentType("application/x-protobuf");
    response.setHeader("Content-Encoding", "snappy");
    OutputStream out = new BufferedOutputStream(response.getOutputStream(), BUFFER);
    answer.writeTo(out);
    out.flush();
  }

  /// Gathers the results of one request. Confined to one thread.
  private final class Gathering {

    private final Cancellation cancellation;
    private final SampleColumns samples = new SampleColumns();
    private final ProtobufWriter message = new ProtobufWriter();
    private long count;

    private Gathering(Cancellation cancellation) {
      this.cancellation = cancellation;
    }

    private SnappyPieces result(ReadRequest.Query query, MetricStore store, long heldBefore)
        throws IOException {
      SnappyPieces result = new SnappyPieces();
      TimeRange range = query.range();
      if (range == null) {
        return result;
      }
      try (Querier querier = store.querier(range)) {
        for (Querier.Series series : querier.select(query.matchersWithout(external))) {
          if (cancellation.requested()) {
            throw new MangruException(ErrorCode.CANCELED, "the caller went away");
          }
          read(query, series, samples);
          if (samples.count() == 0 && !query.labelsOnly()) {
            continue;
          }
          count += samples.count();
          if (count > maxSamples) {
            throw tooMany();
          }
          Labels labels = ReadMessages.withExternal(series.labels(), external);
          message.clear().message(1, out -> ReadMessages.series(labels, samples, out));
          result.write(message.toByteArray());
          if (heldBefore + result.held() > BYTES_PER_SAMPLE * maxSamples) {
            throw new MangruException(
                ErrorCode.QUERY_LIMIT,
                "the answer exceeds "
                    + BYTES_PER_SAMPLE * maxSamples
                    + " bytes; ask for fewer series at a time, or for STREAMED_XOR_CHUNKS");
          }
        }
      }
      return result;
    }
  }
}
