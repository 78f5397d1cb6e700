/// Log records and the port around them. Start with [LogRecord], [LogQuery] and [LogStore].
@NullMarked
package dev.mangru.model.log;

import org.jspecify.annotations.NullMarked;
