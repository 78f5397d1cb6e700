/// The front door of this module.
@NullMarked
package dev.mangru.server;

import org.jspecify.annotations.NullMarked;
