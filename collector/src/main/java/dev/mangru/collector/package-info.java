/// The front door of this module.
@NullMarked
package dev.mangru.collector;

import org.jspecify.annotations.NullMarked;
