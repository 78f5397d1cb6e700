/// The kinds of wrong: a [MangruException] carries an [ErrorCode] whose [ErrorKind] decides HTTP
/// status, metric and log level.
@NullMarked
package dev.mangru.model.error;

import org.jspecify.annotations.NullMarked;
