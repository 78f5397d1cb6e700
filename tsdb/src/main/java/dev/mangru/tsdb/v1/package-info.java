/// The first engine: a head of Gorilla chunks, a log of whole samples, blocks of two hours. Start
/// with [Tsdb]; its bytes are drawn in FORMAT.md here.
@NullMarked
package dev.mangru.tsdb.v1;

import org.jspecify.annotations.NullMarked;
