/// Samples from elsewhere, and samples for elsewhere: importing, exporting, and the first format of
/// our own. Start with [dev.mangru.tsdb.transfer.Importer], which takes what an
/// [dev.mangru.tsdb.transfer.ImportSource] reads and hands it to an
/// [dev.mangru.tsdb.transfer.ImportTarget] window by window, in bounded memory, whatever the order
/// it came in.
@NullMarked
package dev.mangru.tsdb.transfer;

import org.jspecify.annotations.NullMarked;
