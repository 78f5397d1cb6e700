/// The first format, for reading: a directory of it is upgraded when it is opened. Start with
/// [OldStore]; its bytes are drawn in FORMAT.md here.
@NullMarked
package dev.mangru.tsdb.v1;

import org.jspecify.annotations.NullMarked;
