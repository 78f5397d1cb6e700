/// What a log record looks like on disk: as bytes in the write-ahead log, and as a Lucene document.
/// Start with [LineDocument]; [LineTerms] says what of a line is indexed. The bytes are drawn in
/// `FORMAT.md` at the top of this module.
@NullMarked
package dev.mangru.logindex.schema;

import org.jspecify.annotations.NullMarked;
