/// Little-endian numbers, varints and checked text for the bytes this module keeps: log records,
/// blocks and the manifest. Start with [ByteWriter].
@NullMarked
package dev.mangru.tsdb.codec;

import org.jspecify.annotations.NullMarked;
