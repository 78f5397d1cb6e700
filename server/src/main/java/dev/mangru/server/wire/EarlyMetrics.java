package dev.mangru.server.wire;

import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.self.LogOutput;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;

/// Opens the store of metrics as soon as the configuration is read, on a thread of its own: it
/// reads its log while everything else is put together.
final class EarlyMetrics
    implements ApplicationListener<ApplicationEnvironmentPreparedEvent>,
        ApplicationContextInitializer<ConfigurableApplicationContext>,
        Ordered {

  private static final int AFTER_LOGGING = LoggingApplicationListener.DEFAULT_ORDER + 1;

  private final DataDirectoryTaker directory;
  private @Nullable MangruProperties properties;
  private @Nullable FutureTask<Tsdb> opening;
  private boolean handedOver;

  EarlyMetrics(DataDirectoryTaker directory) {
    this.directory = directory;
  }

  @Override
  public int getOrder() {
    return AFTER_LOGGING;
  }

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    LogOutput.open(directory.taken().path());
    // As Boot binds what has ignoreUnknownFields = false: a name that nobody knows is an error.
    MangruProperties bound =
        Binder.get(event.getEnvironment())
            .bindOrCreate(
                "mangru",
                Bindable.of(MangruProperties.class),
                new NoUnboundElementsBindHandler(
                    new IgnoreTopLevelConverterNotFoundBindHandler(),
                    new UnboundElementsSourceFilter()));
    properties = bound;
    TsdbOptions options = bound.metrics().options(directory.taken().path());
    FutureTask<Tsdb> task = new FutureTask<>(() -> Tsdb.open(options, SelfWiring.CLOCK));
    opening = task;
    Thread.ofPlatform().name("open-metrics").start(task);
  }

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    if (context.getBeanFactory() instanceof DefaultListableBeanFactory factory
        && properties != null) {
      factory.registerSingleton("mangruProperties", properties);
      factory.registerSingleton("earlyMetrics", this);
    }
  }

  /// The store, once it is open; whoever asks has to close it.
  ///
  /// @throws IOException as [Tsdb#open]; so with unchecked exceptions
  Tsdb store() throws IOException {
    FutureTask<Tsdb> task = opening;
    if (task == null) {
      throw new IllegalStateException("the store of metrics is asked for before the configuration");
    }
    try {
      Tsdb store = join(task);
      handedOver = true;
      return store;
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException disk -> throw disk;
        case RuntimeException known -> throw known;
        case Error error -> throw error;
        case null, default ->
            throw new IllegalStateException("the store of metrics cannot be opened", e);
      }
    }
  }

  /// Closes the store when the start failed before anyone took it.
  void release() {
    FutureTask<Tsdb> task = opening;
    if (task != null && !handedOver) {
      try {
        join(task).close();
      } catch (ExecutionException _) {
        // Nothing is open then. What ended the start is told by whoever calls this.
      }
    }
  }

  /// Opening is not to be given up half way, so an interrupt has to wait.
  private static Tsdb join(FutureTask<Tsdb> task) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
