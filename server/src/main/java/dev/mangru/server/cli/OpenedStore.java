package dev.mangru.server.cli;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.ExemplarStore;
import dev.mangru.model.metric.MetadataStore;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.Tenants;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.tsdb.Tsdb;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.exemplar.Exemplars;
import dev.mangru.tsdb.metadata.Metadata;
import dev.mangru.tsdb.tenant.TenantStores;
import dev.mangru.tsdb.transfer.ImportTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// A tenant's time-series store in a data directory that no server holds. Close it.
final class OpenedStore implements AutoCloseable {

  private static final String TENANTS = "tenants";

  /// More than any server is told to keep, so that none goes here.
  private static final int MAX_EXEMPLARS = 10_000_000;

  private final DataDirectory directory;
  private final Path folder;
  private final Tsdb store;
  private final Metadata metadata;
  private final Exemplars exemplars;

  private OpenedStore(
      DataDirectory directory, Path folder, Tsdb store, Metadata metadata, Exemplars exemplars) {
    this.directory = directory;
    this.folder = folder;
    this.store = store;
    this.metadata = metadata;
    this.exemplars = exemplars;
  }

  /// Takes the directory and opens the tenant's store in it; both are made if they are not there.
  /// No limit of queries applies.
  ///
  /// @param known whether the tenant has to be there already
  /// @throws dev.mangru.server.config.StartFailure if another process holds the directory
  /// @throws MangruException `NOT_FOUND` if the tenant has to be there and is not
  static OpenedStore open(Path data, String tenant, boolean known, Duration retention)
      throws IOException {
    DataDirectory directory = DataDirectory.take(data);
    OpenedStore opened = null;
    Tsdb store = null;
    Metadata metadata = null;
    try {
      Path folder = folder(directory.path(), tenant, known);
      TsdbOptions options =
          TsdbOptions.builder(folder.resolve("metrics"))
              .retention(retention)
              .maxQuerySeries(Long.MAX_VALUE)
              .build();
      store = Tsdb.open(options, InstantSource.system());
      metadata = Metadata.open(Disk.REAL, folder.resolve("metadata"), Metadata.Limits.defaults());
      Exemplars exemplars =
          Exemplars.open(
              Disk.REAL, folder.resolve("exemplars"), Exemplars.Limits.of(MAX_EXEMPLARS));
      opened = new OpenedStore(directory, folder, store, metadata, exemplars);
      return opened;
    } finally {
      if (opened == null) {
        if (metadata != null) {
          metadata.close();
        }
        if (store != null) {
          store.close();
        }
        directory.close();
      }
    }
  }

  private static Path folder(Path data, String tenant, boolean known) throws IOException {
    return known
        ? folder(data, tenant)
        : tenant.equals(Tenants.ANONYMOUS)
            ? data
            : TenantStores.findOrAdd(Disk.REAL, data.resolve(TENANTS), tenant);
  }

  /// The folder that holds a tenant's stores, `metrics` among them; a server may run.
  ///
  /// @throws MangruException `NOT_FOUND` if the directory has no such tenant
  static Path folder(Path data, String tenant) throws IOException {
    if (tenant.equals(Tenants.ANONYMOUS)) {
      return data;
    }
    return TenantStores.find(Disk.REAL, data.resolve(TENANTS), tenant)
        .orElseThrow(() ->
            new MangruException(
                ErrorCode.NOT_FOUND, data + " has no tenant " + tenant + ": check the name"));
  }

  MetricStore store() {
    return store;
  }

  /// What is known of metrics.
  MetadataStore metadata() {
    return metadata;
  }

  ExemplarStore exemplars() {
    return exemplars;
  }

  ImportTarget target() {
    return store.importTarget();
  }

  /// Where files of an import in progress may lie.
  Path scratch() {
    return folder.resolve("import.tmp");
  }

  @Override
  public void close() throws IOException {
    try (directory;
        store;
        metadata) {
      exemplars.close();
    }
  }
}
