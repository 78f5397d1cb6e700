/// What Mangru's store says in the formats of others: the messages of Prometheus' remote read, both
/// ways of it. Start with [ReadRequest].
///
/// Source: Prometheus `prompb/remote.proto`, `prompb/types.proto` and “Remote Read API”.
@NullMarked
package dev.mangru.tsdb.exchange;

import org.jspecify.annotations.NullMarked;
