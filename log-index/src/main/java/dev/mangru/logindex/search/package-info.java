/// Finds, counts and orders the records of shards. Start with [PageSearch], [HistogramSearch] and
/// [FacetSearch]; [LeafScan] is the loop they share.
@NullMarked
package dev.mangru.logindex.search;

import org.jspecify.annotations.NullMarked;
