package dev.mangru.tsdb;

import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.metric.MetricStoreContract;
import java.nio.file.Path;
import java.time.InstantSource;

class OracleContractTest extends MetricStoreContract {

  @Override
  protected MetricStore open() {
    return new Oracle(
        InstantSource.fixed(NOW),
        TsdbOptions.builder(Path.of("none"))
            .retention(RETENTION)
            .maxAhead(MAX_AHEAD)
            .maxSeries(MAX_SERIES)
            .build());
  }
}
