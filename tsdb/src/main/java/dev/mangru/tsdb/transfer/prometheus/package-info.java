/// Reads the blocks of a Prometheus server: index versions 1 and 2, chunks of floats and of native
/// histograms, tombstones; and writes such chunks. Start with
/// [dev.mangru.tsdb.transfer.prometheus.PrometheusBlocks] and
/// [dev.mangru.tsdb.transfer.prometheus.ChunkWriter].
///
/// Source of the formats: Prometheus, `tsdb/docs/format`; where those are silent, the encoders of
/// `tsdb/chunkenc`. Every checksum is verified; a block that does not check is an error naming file
/// and offset.
@NullMarked
package dev.mangru.tsdb.transfer.prometheus;

import org.jspecify.annotations.NullMarked;
