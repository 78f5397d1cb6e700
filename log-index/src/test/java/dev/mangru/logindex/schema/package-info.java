/// Tests of this package.
@NullMarked
package dev.mangru.logindex.schema;

import org.jspecify.annotations.NullMarked;
