/// The front door of this module.
@NullMarked
package dev.mangru.alerts;

import org.jspecify.annotations.NullMarked;
