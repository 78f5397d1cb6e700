package dev.mangru.collector.send;

import dev.mangru.collector.tail.LogBatch;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.wire.ProtobufReader;
import dev.mangru.model.wire.ProtobufWriter;
import java.util.Map;

/// Writes log lines as OTLP's `ExportLogsServiceRequest`: stream labels become resource attributes,
/// one resource per stream. The observed time is left to the server. Confined to one thread;
/// reusable.
///
/// Source: opentelemetry-proto `logs/v1/logs.proto`; attribute names of the OpenTelemetry semantic
/// conventions where they have one.
public final class OtlpLogEncoder {

  private static final int REQUEST_RESOURCE_LOGS = 1;
  private static final int RESOURCE_LOGS_RESOURCE = 1;
  private static final int RESOURCE_LOGS_SCOPE_LOGS = 2;
  private static final int RESOURCE_ATTRIBUTES = 1;
  private static final int KEY = 1;
  private static final int VALUE = 2;
  private static final int STRING_VALUE = 1;
  private static final int SCOPE_LOGS_RECORDS = 2;
  private static final int RECORD_TIME = 1;
  private static final int RECORD_BODY = 5;

  /// Tag and value of a record's time.
  private static final int TIME_BYTES = 9;

  /// How our labels are called in OpenTelemetry. Others go by their own name.
  static final Map<String, String> ATTRIBUTES =
      Map.of(
          "filename", "log.file.path",
          "host", "host.name",
          "namespace", "k8s.namespace.name",
          "pod", "k8s.pod.name",
          "container", "k8s.container.name",
          "image", "container.image.name",
          "stream", "log.iostream");

  private final ProtobufWriter request = new ProtobufWriter();

  /// The records of a batch from position `from` to `to`, exclusive, counted over all its streams.
  public byte[] encode(LogBatch batch, int from, int to) {
    request.clear();
    int position = 0;
    for (LogBatch.StreamLines lines : batch.streams()) {
      int first = Math.max(0, from - position);
      int last = Math.min(lines.count(), to - position);
      if (first < last) {
        request.message(
            REQUEST_RESOURCE_LOGS,
            message -> {
              resource(message, lines.labels());
              message.message(
                  RESOURCE_LOGS_SCOPE_LOGS, scope -> records(scope, lines, first, last));
            });
      }
      position += lines.count();
    }
    return request.toByteArray();
  }

  private static void resource(ProtobufWriter message, Labels labels) {
    message.message(
        RESOURCE_LOGS_RESOURCE,
        resource -> {
          for (int i = 0; i < labels.count(); i++) {
            String key = attribute(labels, labels.name(i));
            String value = labels.value(i);
            resource.message(
                RESOURCE_ATTRIBUTES,
                pair ->
                    pair.string(KEY, key).message(VALUE, any -> any.string(STRING_VALUE, value)));
          }
        });
  }

  /// A container without a pod is the container runtime's, not Kubernetes'.
  private static String attribute(Labels labels, String name) {
    return name.equals("container") && !labels.has("pod")
        ? "container.name"
        : ATTRIBUTES.getOrDefault(name, name);
  }

  /// Lengths are worked out beforehand, so that each line is copied once.
  private static void records(
      ProtobufWriter scope, LogBatch.StreamLines lines, int first, int last) {
    for (int line = first; line < last; line++) {
      int length = lines.length(line);
      int anyBytes = 1 + varintBytes(length) + length;
      int recordBytes = TIME_BYTES + 1 + varintBytes(anyBytes) + anyBytes;
      tag(scope, SCOPE_LOGS_RECORDS).rawVarint(recordBytes);
      scope.fixed64(RECORD_TIME, lines.timestampNs(line));
      tag(scope, RECORD_BODY).rawVarint(anyBytes);
      scope.bytes(STRING_VALUE, lines.buffer(), lines.start(line), length);
    }
  }

  private static ProtobufWriter tag(ProtobufWriter writer, int field) {
    return writer.rawVarint(((long) field << 3) | ProtobufReader.BYTES);
  }

  private static int varintBytes(int value) {
    return Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
  }
}
