package dev.mangru.server.wire;

import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.wire.kube.ClusterWiring.ClusterWork;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;

/// A server that has started.
public final class Running implements AutoCloseable {

  private final ConfigurableApplicationContext context;
  private final CountDownLatch ended = new CountDownLatch(1);

  Running(ConfigurableApplicationContext context) {
    this.context = context;
    context.addApplicationListener(event -> {
      if (event instanceof ContextClosedEvent) {
        ended.countDown();
      }
    });
  }

  /// The port it listens on.
  public int port() {
    return context instanceof WebServerApplicationContext web && web.getWebServer() != null
        ? web.getWebServer().getPort()
        : 0;
  }

  /// One line for people.
  public String status() {
    MangruProperties properties = context.getBean(MangruProperties.class);
    return String.format(
        Locale.ROOT,
        "Mangru is ready: http://%s:%d  (data %s, %,d series, agent %s)",
        properties.http().address(),
        port(),
        properties.data().toAbsolutePath().normalize(),
        activeSeries(),
        properties.agent().enabled() ? "on" : "off");
  }

  /// How to reach the playground with `kubectl`; empty without a playground.
  public String playground() {
    ClusterWork cluster = context.getBean(ClusterWork.class);
    return cluster.playground()
        ? "Playground cluster: kubectl --kubeconfig "
            + cluster.kubeconfig()
            + " get nodes,pods,hpa -A"
        : "";
  }

  private long activeSeries() {
    Gauge series = context.getBean(MeterRegistry.class).find("mangru.tsdb.series.active").gauge();
    return series == null ? 0 : (long) series.value();
  }

  /// Waits until the server is told to end.
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /// Ends it: no new requests, what was begun is finished, the agent's queue is sent, the stores
  /// are closed.
  @Override
  public void close() {
    context.close();
  }
}
