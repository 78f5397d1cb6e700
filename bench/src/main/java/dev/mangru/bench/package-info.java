/// The front door of this module.
@NullMarked
package dev.mangru.bench;

import org.jspecify.annotations.NullMarked;
