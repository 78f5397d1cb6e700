package dev.mangru.server.cli;

import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.time.TimeRange;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.transfer.AppenderTarget;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// The time-series store of a data directory that no server holds. Close it.
final class OpenedStore implements AutoCloseable {

  private final DataDirectory directory;
  private final Tsdb store;
  private final ImportTarget target;

  private OpenedStore(DataDirectory directory, Tsdb store, ImportTarget target) {
    this.directory = directory;
    this.store = store;
    this.target = target;
  }

  /// Takes the directory and opens the store in it; both are made if they are not there.
  ///
  /// @throws dev.mangru.server.config.StartFailure if another process holds the directory
  static OpenedStore open(Path data, Duration retention) throws IOException {
    DataDirectory directory = DataDirectory.take(data);
    OpenedStore opened = null;
    try {
      InstantSource clock = InstantSource.system();
      TsdbOptions options =
          TsdbOptions.builder(directory.path().resolve("metrics")).retention(retention).build();
      Tsdb store = Tsdb.open(options, clock);
      long now = clock.millis();
      TimeRange accepted =
          new TimeRange(now - options.retention().toMillis(), now + options.maxAhead().toMillis());
      opened = new OpenedStore(directory, store, new AppenderTarget(store, accepted));
      return opened;
    } finally {
      if (opened == null) {
        directory.close();
      }
    }
  }

  MetricStore store() {
    return store;
  }

  ImportTarget target() {
    return target;
  }

  /// Where files of an import in progress may lie.
  Path scratch() {
    return directory.path().resolve("import.tmp");
  }

  @Override
  public void close() throws IOException {
    try (directory) {
      store.close();
    }
  }
}
