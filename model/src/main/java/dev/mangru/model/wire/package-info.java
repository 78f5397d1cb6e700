/// Protocol Buffers wire format, read and written by hand: the hot paths of remote write and OTLP
/// need no generated classes. Start with [ProtobufReader].
@NullMarked
package dev.mangru.model.wire;

import org.jspecify.annotations.NullMarked;
