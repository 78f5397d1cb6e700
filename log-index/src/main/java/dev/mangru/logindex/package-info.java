/// The front door of the log index: [LogIndex] keeps log records in Lucene and finds them again,
/// [LogIndexOptions] says how, [LogIndexCheck] verifies a directory, [LogIndexMetrics] tells how it
/// is doing. Decoders of what senders push are in `ingest`, the query language is in `query`.
@NullMarked
package dev.mangru.logindex;

import org.jspecify.annotations.NullMarked;
