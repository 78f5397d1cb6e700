/// The contract kit of log stores, a corpus to try them with, and the list store that is always
/// right.
@NullMarked
package dev.mangru.model.log;

import org.jspecify.annotations.NullMarked;
