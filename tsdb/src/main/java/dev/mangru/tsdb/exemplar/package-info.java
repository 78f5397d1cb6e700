/// The newest exemplars, in memory and in a log: start at [dev.mangru.tsdb.exemplar.Exemplars]. It
/// promises bounded memory, and that what was added survives the end of the process. The bytes are
/// drawn in FORMAT.md.
@NullMarked
package dev.mangru.tsdb.exemplar;

import org.jspecify.annotations.NullMarked;
