/// The front door of this module.
@NullMarked
package dev.mangru.logindex;

import org.jspecify.annotations.NullMarked;
