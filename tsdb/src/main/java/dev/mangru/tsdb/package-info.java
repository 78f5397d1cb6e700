/// The front door of this module.
@NullMarked
package dev.mangru.tsdb;

import org.jspecify.annotations.NullMarked;
