package dev.mangru.server.self;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;

/// OpenTelemetry, when an endpoint is configured; otherwise nothing is recorded and nothing is
/// sent.
public final class Tracing implements AutoCloseable {

  private final OpenTelemetry telemetry;

  private Tracing(OpenTelemetry telemetry) {
    this.telemetry = telemetry;
  }

  /// Spans to an OTLP/HTTP receiver.
  ///
  /// @param endpoint its base address, or empty for no tracing at all
  /// @param sampleRatio share of traces that are recorded, 0 to 1; a caller's decision comes first
  public static Tracing to(String endpoint, double sampleRatio, String version) {
    if (endpoint.isBlank()) {
      return new Tracing(OpenTelemetry.noop());
    }
    String base = endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.builder()
                                .put("service.name", "mangru")
                                .put("service.version", version)
                                .build())))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(sampleRatio)))
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder().setEndpoint(base + "/v1/traces").build())
                    .build())
            .build();
    return new Tracing(
        OpenTelemetrySdk.builder()
            .setTracerProvider(provider)
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build());
  }

  /// Whether there is an endpoint; otherwise there is no need to begin spans.
  public boolean recording() {
    return telemetry instanceof OpenTelemetrySdk;
  }

  /// What instruments code.
  public OpenTelemetry telemetry() {
    return telemetry;
  }

  /// Sends what is left, for at most ten seconds.
  @Override
  public void close() {
    if (telemetry instanceof OpenTelemetrySdk sdk) {
      sdk.close();
    }
  }
}
