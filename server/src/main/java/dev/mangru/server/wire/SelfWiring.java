package dev.mangru.server.wire;

import com.sun.management.OperatingSystemMXBean;
import dev.mangru.collector.agent.AgentOptions;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.BuildInfo;
import dev.mangru.server.http.Routes;
import dev.mangru.server.self.Faults;
import dev.mangru.server.self.Health;
import dev.mangru.server.self.HealthPages;
import dev.mangru.server.self.MetricsPage;
import dev.mangru.server.self.SelfMetrics;
import dev.mangru.server.self.SelfScrape;
import dev.mangru.server.self.Tracing;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.logging.LogbackMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Arrays;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.tomcat.autoconfigure.metrics.TomcatMetricsAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/// Clocks, and how Mangru watches itself.
@Configuration(proxyBeanMethods = false)
@Import({MetricsPage.class, HealthPages.class, TomcatMetricsAutoConfiguration.class})
class SelfWiring {

  /// The process's wall clock; everything else is given it.
  static final InstantSource CLOCK = Clock.systemUTC();

  @Bean
  InstantSource clock() {
    return CLOCK;
  }

  @Bean
  Ticker ticker() {
    return Ticker.SYSTEM;
  }

  @Bean
  BuildInfo buildInfo() {
    return BuildInfo.current();
  }

  @Bean
  Faults faults() {
    return new Faults();
  }

  @Bean
  Health health() {
    return new Health();
  }

  @Bean
  PrometheusMeterRegistry meterRegistry() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    // Names that are no Prometheus names: the first is told in seconds instead, below.
    registry
        .config()
        .meterFilter(MeterFilter.deny(id -> id.getName().equals("process.cpu.time")))
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                return id.getName().equals("system.cpu.count") ? id.withName("system.cpus") : id;
              }
            });
    return registry;
  }

  @Bean
  SelfMetrics selfMetrics(PrometheusMeterRegistry registry, Faults faults) {
    return new SelfMetrics(
        registry, Arrays.stream(Routes.values()).map(Routes::label).toList(), faults);
  }

  @Bean
  SelfScrape selfScrape(PrometheusMeterRegistry registry, MetricStore store) {
    return new SelfScrape(registry, store, AgentOptions.defaultNode(System.getenv()));
  }

  @Bean
  Tracing tracing(MangruProperties properties, BuildInfo build) {
    return Tracing.to(
        properties.otel().endpoint(), properties.otel().sampleRatio(), build.version());
  }

  @Bean
  JvmGcMetrics jvmGcMetrics() {
    return new JvmGcMetrics(); // a bean, because it has to be closed
  }

  @Bean
  LogbackMetrics logbackMetrics() {
    return new LogbackMetrics(); // likewise
  }

  /// Binds every module's metrics once all of them exist.
  @Bean
  SelfEvents selfEvents(
      PrometheusMeterRegistry registry, Health health, ObjectProvider<MeterBinder> binders) {
    return new SelfEvents(registry, health, binders);
  }

  static final class SelfEvents {

    private static final double NANOS = 1e9;

    private final PrometheusMeterRegistry registry;
    private final Health health;
    private final ObjectProvider<MeterBinder> binders;

    SelfEvents(
        PrometheusMeterRegistry registry, Health health, ObjectProvider<MeterBinder> binders) {
      this.registry = registry;
      this.health = health;
      this.binders = binders;
    }

    @EventListener
    void ready(ApplicationReadyEvent event) {
      new ClassLoaderMetrics().bindTo(registry);
      new JvmMemoryMetrics().bindTo(registry);
      new JvmThreadMetrics().bindTo(registry);
      new ProcessorMetrics().bindTo(registry);
      if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
        FunctionCounter.builder("process.cpu", system, s -> s.getProcessCpuTime() / NANOS)
            .baseUnit("seconds")
            .description("CPU time that the process has used")
            .register(registry);
      }
      new UptimeMetrics().bindTo(registry);
      new FileDescriptorMetrics().bindTo(registry);
      binders.orderedStream().forEach(binder -> binder.bindTo(registry));
    }

    @EventListener
    void closed(ContextClosedEvent event) {
      health.stopping();
    }
  }
}
