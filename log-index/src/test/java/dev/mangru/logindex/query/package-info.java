/// Tests of this package.
@NullMarked
package dev.mangru.logindex.query;

import org.jspecify.annotations.NullMarked;
