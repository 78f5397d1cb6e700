package dev.mangru.tsdb.ingest.otlp;

import dev.mangru.model.metric.Appender;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.wire.ProtobufReader;
import dev.mangru.tsdb.ingest.Extras;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Decodes metrics of OpenTelemetry: `ExportMetricsServiceRequest`. Thread-safe.
///
/// ```
/// Request          resource_metrics = 1
/// ResourceMetrics  resource = 1 (attributes = 1), scope_metrics = 2
/// ScopeMetrics     scope = 1 (name = 1, version = 2, attributes = 3), metrics = 2, schema_url = 3
/// Metric           name = 1, description = 2, unit = 3, gauge = 5, sum = 7, histogram = 9,
///                  exponential_histogram = 10, summary = 11
/// each of those    data_points = 1, aggregation_temporality = 2, is_monotonic = 3
/// ```
///
/// What cannot be a series of Prometheus is left out with a reason, and the rest is appended.
///
/// Sources: `opentelemetry/proto/metrics/v1/metrics.proto`; Prometheus 3.5
/// `storage/remote/otlptranslator`.
public final class OtlpMetrics {

  private static final long CUMULATIVE = 2;
  private static final long DELTA = 1;

  private final OtlpOptions options;
  private final OtlpNames names;
  private final Duration lookback;

  /// @param lookback how far back an instant selector looks: `target_info` has two samples in it
  public OtlpMetrics(OtlpOptions options, Duration lookback) {
    this.options = options;
    this.names = new OtlpNames(options.translation());
    this.lookback = lookback;
  }

  /// Appends the samples of the message of `length` bytes at `offset`, and gathers exemplars and
  /// metadata. The caller commits, and drops the appender if this throws.
  ///
  /// @throws dev.mangru.model.error.MangruException `BAD_DATA` if the body is malformed,
  ///   `BODY_TOO_LARGE` if it has more samples than the store takes at once
  public OtlpSummary decode(
      byte[] bytes, int offset, int length, Appender appender, Extras extras) {
    return new Decoding(appender, extras).request(new ProtobufReader(bytes, offset, length));
  }

  /// The decoding of one body. Confined to one thread.
  private final class Decoding {

    private final OtlpLabels labels = new OtlpLabels(options, names);
    private final Attributes resource = new Attributes();
    private final Attributes scope = new Attributes();
    private final TargetInfo targets = new TargetInfo(lookback);
    private final PointSink sink;
    private final Point point = new Point();
    private final Extras extras;

    private Decoding(Appender appender, Extras extras) {
      this.extras = extras;
      this.sink = new PointSink(appender, extras, labels, options);
    }

    private OtlpSummary request(ProtobufReader in) {
      while (in.nextField()) {
        if (in.field() == 1) {
          resourceMetrics(in.readMessage());
        } else {
          in.skip();
        }
      }
      targets.append(sink);
      return sink.summary();
    }

    private void resourceMetrics(ProtobufReader in) {
      ProtobufReader first = in.fork();
      resource.clear();
      while (first.nextField()) {
        if (first.field() == 1) {
          attributes(first.readMessage(), 1, resource);
        } else {
          first.skip();
        }
      }
      labels.resource(resource);
      targets.begin();
      while (in.nextField()) {
        if (in.field() == 2) {
          scopeMetrics(in.readMessage());
        } else {
          in.skip();
        }
      }
      if (targets.seen()) {
        targets.end(labels.targetInfo(resource));
      }
    }

    private static void attributes(ProtobufReader in, int field, Attributes to) {
      while (in.nextField()) {
        if (in.field() == field) {
          AnyValues.attribute(in.readMessage(), to);
        } else {
          in.skip();
        }
      }
    }

    private void scopeMetrics(ProtobufReader in) {
      ProtobufReader first = in.fork();
      scope.clear();
      String name = "";
      String version = "";
      String schemaUrl = "";
      while (first.nextField()) {
        switch (first.field()) {
          case 1 -> {
            ProtobufReader of = first.readMessage();
            while (of.nextField()) {
              switch (of.field()) {
                case 1 -> name = of.readString();
                case 2 -> version = of.readString();
                case 3 -> AnyValues.attribute(of.readMessage(), scope);
                default -> of.skip();
              }
            }
          }
          case 3 -> schemaUrl = first.readString();
          default -> first.skip();
        }
      }
      labels.scope(name, version, schemaUrl, scope);
      while (in.nextField()) {
        if (in.field() == 2) {
          metric(in.readMessage());
        } else {
          in.skip();
        }
      }
    }

    // ---- metrics ------------------------------------------------------------------------------

    private void metric(ProtobufReader in) {
      String name = "";
      String description = "";
      String unit = "";
      int kind = 0;
      @Nullable ProtobufReader data = null;
      while (in.nextField()) {
        switch (in.field()) {
          case 1 -> name = in.readString();
          case 2 -> description = in.readString();
          case 3 -> unit = in.readString();
          case 5, 7, 9, 10, 11 -> {
            kind = in.field();
            data = in.readMessage();
          }
          default -> in.skip();
        }
      }
      if (data == null) {
        sink.problem("metric \"" + name + "\" has no data points of a known type", 0);
        return;
      }
      Data of = Data.read(data.fork(), kind);
      boolean delta = of.temporality == DELTA;
      if (of.hasTemporality()
          && of.temporality != CUMULATIVE
          && !(delta && options.ingestDelta())) {
        reject(name, of, data);
        return;
      }
      String family = names.metric(name, unit, of.namedAs());
      if (family.isEmpty() || isUnderscores(family, name)) {
        sink.problem("the name of metric \"" + name + "\" has no letter or digit", of.points);
        return;
      }
      if (extras.wantsMetadata()) {
        extras.add(
            family,
            new MetricMetadata(delta ? MetricMetadata.Type.UNKNOWN : of.type(), description, unit));
      }
      sink.begin(family, of.type() != MetricMetadata.Type.GAUGE && !delta, delta, kind == Data.SUM);
      points(kind, data);
    }

    private static boolean isUnderscores(String family, String name) {
      return !family.equals(name) && family.chars().allMatch(c -> c == '_');
    }

    private void points(int kind, ProtobufReader data) {
      while (data.nextField()) {
        if (data.field() != 1) {
          data.skip();
          continue;
        }
        read(kind, data.readMessage());
        targets.saw(point.timeNs);
        switch (kind) {
          case Data.GAUGE, Data.SUM -> sink.number(point);
          case Data.HISTOGRAM -> sink.histogram(point);
          case Data.EXPONENTIAL -> sink.exponential(point);
          default -> sink.summary(point);
        }
      }
    }

    private void read(int kind, ProtobufReader in) {
      switch (kind) {
        case Data.GAUGE, Data.SUM -> point.number(in);
        case Data.HISTOGRAM -> point.histogram(in);
        case Data.EXPONENTIAL -> point.exponential(in);
        default -> point.summary(in);
      }
    }

    private void reject(String name, Data of, ProtobufReader data) {
      while (data.nextField()) {
        if (data.field() == 1) {
          read(of.kind, data.readMessage());
          targets.saw(point.timeNs);
        } else {
          data.skip();
        }
      }
      sink.problem(
          of.temporality == DELTA
              ? "metric \""
                  + name
                  + "\" has delta temporality; send cumulative, or set"
                  + " mangru.exchange.otlp.ingest-delta"
              : "metric \"" + name + "\" has no aggregation temporality",
          of.points);
    }
  }

  /// What a metric's data says beside its points.
  private record Data(int kind, long points, long temporality, boolean monotonic) {

    static final int GAUGE = 5;
    static final int SUM = 7;
    static final int HISTOGRAM = 9;
    static final int EXPONENTIAL = 10;

    static Data read(ProtobufReader in, int kind) {
      long points = 0;
      long temporality = 0;
      boolean monotonic = false;
      while (in.nextField()) {
        switch (in.field()) {
          case 1 -> {
            points++;
            in.skip();
          }
          case 2 -> temporality = in.readVarint();
          case 3 -> monotonic = in.readVarint() != 0;
          default -> in.skip();
        }
      }
      return new Data(kind, points, temporality, monotonic);
    }

    boolean hasTemporality() {
      return kind == SUM || kind == HISTOGRAM || kind == EXPONENTIAL;
    }

    MetricMetadata.Type type() {
      return switch (kind) {
        case GAUGE -> MetricMetadata.Type.GAUGE;
        case SUM -> monotonic ? MetricMetadata.Type.COUNTER : MetricMetadata.Type.GAUGE;
        case HISTOGRAM, EXPONENTIAL -> MetricMetadata.Type.HISTOGRAM;
        default -> MetricMetadata.Type.SUMMARY;
      };
    }

    /// A sum that may fall is a gauge, but a ratio only if it was one before.
    MetricMetadata.Type namedAs() {
      return kind == SUM && !monotonic ? MetricMetadata.Type.UNKNOWN : type();
    }
  }
}
