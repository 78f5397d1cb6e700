package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.FuzzTarget;
import dev.mangru.tsdb.block.BlockFuzz;
import dev.mangru.tsdb.block.PartFuzz;
import dev.mangru.tsdb.chunk.ChunkCodecFuzz;
import dev.mangru.tsdb.chunk.TimeCodecFuzz;
import dev.mangru.tsdb.chunk.ValueCodecFuzz;
import dev.mangru.tsdb.compact.TombstonesFuzz;
import dev.mangru.tsdb.exemplar.ExemplarRecordFuzz;
import dev.mangru.tsdb.head.RegistryFuzz;
import dev.mangru.tsdb.ingest.RemoteWriteV1Fuzz;
import dev.mangru.tsdb.ingest.RemoteWriteV2Fuzz;
import dev.mangru.tsdb.ingest.otlp.OtlpMetricsFuzz;
import dev.mangru.tsdb.metadata.MetadataRecordFuzz;
import dev.mangru.tsdb.promql.PromqlEvaluatorFuzz;
import dev.mangru.tsdb.promql.PromqlParserFuzz;
import dev.mangru.tsdb.promql.RegexFuzz;
import dev.mangru.tsdb.tenant.TenantNamesFuzz;
import dev.mangru.tsdb.transfer.SpillFileFuzz;
import dev.mangru.tsdb.transfer.prometheus.PromChunkFuzz;
import dev.mangru.tsdb.transfer.prometheus.PromIndexFuzz;
import dev.mangru.tsdb.v1.block.OldBlockFuzz;
import dev.mangru.tsdb.v1.block.OldManifestFuzz;
import dev.mangru.tsdb.v1.head.BatchRecordFuzz;
import dev.mangru.tsdb.wal.RecordFuzz;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a fuzzer has found is tried again by every build, with some changes of it that are the same
/// every time. The fuzzer itself runs by `bench/fuzz.sh`.
class FuzzCorpusTest {

  /// Changed inputs of each target; chosen so that all take seconds.
  private static final int CHANGED = 2_000;

  static List<Class<?>> targets() {
    return List.of(
        BatchRecordFuzz.class,
        BlockFuzz.class,
        ChunkCodecFuzz.class,
        ExemplarRecordFuzz.class,
        ManifestFuzz.class,
        MetadataRecordFuzz.class,
        OldBlockFuzz.class,
        OldManifestFuzz.class,
        OtlpMetricsFuzz.class,
        PartFuzz.class,
        PromChunkFuzz.class,
        PromIndexFuzz.class,
        PromqlEvaluatorFuzz.class,
        PromqlParserFuzz.class,
        RecordFuzz.class,
        RegexFuzz.class,
        RegistryFuzz.class,
        RemoteWriteV1Fuzz.class,
        RemoteWriteV2Fuzz.class,
        SpillFileFuzz.class,
        TenantNamesFuzz.class,
        TimeCodecFuzz.class,
        TombstonesFuzz.class,
        ValueCodecFuzz.class);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void what_a_fuzzer_found_goes_well(Class<?> target) {
    assertThat(FuzzTarget.of(target).replay(CHANGED)).isGreaterThan(CHANGED);
  }
}
