/// Prometheus remote write, from a decompressed body to an [dev.mangru.model.metric.Appender].
/// Start with [RemoteWriteV1] and [RemoteWriteV2].
///
/// Both decode the same way. A body that is not the message it should be is refused as a whole. A
/// series that is well-formed and still wrong (no metric name, a repeated label, labels over a
/// limit) is left out and reported, and the others are appended: remote write 2.0 asks for that,
/// and a 1.0 sender loses less by it too, because it must not send a refused body again.
@NullMarked
package dev.mangru.tsdb.ingest;

import org.jspecify.annotations.NullMarked;
