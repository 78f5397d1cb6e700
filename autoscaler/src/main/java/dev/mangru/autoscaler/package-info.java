/// The front door of this module.
@NullMarked
package dev.mangru.autoscaler;

import org.jspecify.annotations.NullMarked;
