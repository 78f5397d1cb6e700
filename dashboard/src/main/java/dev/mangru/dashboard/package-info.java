/// The front door of this module.
@NullMarked
package dev.mangru.dashboard;

import org.jspecify.annotations.NullMarked;
