package dev.mangru.tsdb;

import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.MetricStoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class TsdbContractTest extends MetricStoreContract {

  @TempDir Path directory;

  @Override
  protected MetricStore open() throws Exception {
    TsdbOptions options =
        TsdbOptions.builder(directory.resolve("data"))
            .retention(RETENTION)
            .maxAhead(MAX_AHEAD)
            .maxSeries(MAX_SERIES)
            .minFreeBytes(0)
            .build();
    return Tsdb.open(options, InstantSource.fixed(NOW));
  }
}
