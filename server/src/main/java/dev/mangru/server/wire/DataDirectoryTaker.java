package dev.mangru.server.wire;

import dev.mangru.server.config.DataDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;

/// Takes the data directory as soon as its name is known, which is after the configuration is read
/// and before the first line is logged: the log is in that directory, and it may be another
/// process's.
final class DataDirectoryTaker
    implements ApplicationListener<ApplicationEnvironmentPreparedEvent>,
        ApplicationContextInitializer<ConfigurableApplicationContext>,
        Ordered {

  private static final int AFTER_CONFIGURATION_BEFORE_LOGGING =
      LoggingApplicationListener.DEFAULT_ORDER - 1;

  private @Nullable DataDirectory directory;

  @Override
  public int getOrder() {
    return AFTER_CONFIGURATION_BEFORE_LOGGING;
  }

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    directory =
        DataDirectory.take(
            java.nio.file.Path.of(
                event.getEnvironment().getProperty("mangru.data", "mangru-data")));
  }

  /// The directory.
  DataDirectory taken() {
    if (directory == null) {
      throw new IllegalStateException("the configuration is not read yet");
    }
    return directory;
  }

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    DataDirectory taken = directory;
    if (taken != null && context.getBeanFactory() instanceof DefaultListableBeanFactory factory) {
      factory.registerSingleton("dataDirectory", taken);
      // The first to be registered is the last to be closed, after the stores.
      factory.registerDisposableBean("dataDirectory", taken::close);
    }
  }

  /// Lets go of the directory, when the start failed.
  void release() {
    try {
      if (directory != null) {
        directory.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
