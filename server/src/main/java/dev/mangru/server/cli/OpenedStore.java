package dev.mangru.server.cli;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.metadata.Metadata;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// The time-series store of a data directory that no server holds. Close it.
final class OpenedStore implements AutoCloseable {

  private final DataDirectory directory;
  private final Tsdb store;
  private final Metadata metadata;

  private OpenedStore(DataDirectory directory, Tsdb store, Metadata metadata) {
    this.directory = directory;
    this.store = store;
    this.metadata = metadata;
  }

  /// Takes the directory and opens the store in it; both are made if they are not there. No limit
  /// of queries applies.
  ///
  /// @throws dev.mangru.server.config.StartFailure if another process holds the directory
  static OpenedStore open(Path data, Duration retention) throws IOException {
    DataDirectory directory = DataDirectory.take(data);
    OpenedStore opened = null;
    Tsdb store = null;
    try {
      TsdbOptions options =
          TsdbOptions.builder(directory.path().resolve("metrics"))
              .retention(retention)
              .maxQuerySeries(Long.MAX_VALUE)
              .build();
      store = Tsdb.open(options, InstantSource.system());
      Path folder = directory.path().resolve("metadata");
      Metadata metadata = Metadata.open(Disk.REAL, folder, Metadata.Limits.defaults());
      opened = new OpenedStore(directory, store, metadata);
      return opened;
    } finally {
      if (opened == null) {
        if (store != null) {
          store.close();
        }
        directory.close();
      }
    }
  }

  MetricStore store() {
    return store;
  }

  /// What is known of metrics.
  MetadataStore metadata() {
    return metadata;
  }

  ImportTarget target() {
    return store.importTarget();
  }

  /// Where files of an import in progress may lie.
  Path scratch() {
    return directory.path().resolve("import.tmp");
  }

  @Override
  public void close() throws IOException {
    try (directory;
        store) {
      metadata.close();
    }
  }
}
