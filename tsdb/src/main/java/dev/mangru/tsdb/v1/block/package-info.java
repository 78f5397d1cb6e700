/// Sealed samples: immutable, checksummed files, and the manifest that says which of them count.
/// Start with [Block] and [BlockSet]; the bytes are drawn in FORMAT.md of this module.
@NullMarked
package dev.mangru.tsdb.v1.block;

import org.jspecify.annotations.NullMarked;
