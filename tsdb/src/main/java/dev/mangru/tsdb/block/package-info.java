/// Sealed files of samples: parts (chunks by series reference, written every minute or two) and
/// blocks (chunks by labels, with an index of their own). Start with [PartFile] and [BlockFile],
/// and FORMAT.md for the bytes. A file is written once, read through a mapping, checked page by
/// page when first touched, and unmapped when its last reader lets go.
@NullMarked
package dev.mangru.tsdb.block;

import org.jspecify.annotations.NullMarked;
