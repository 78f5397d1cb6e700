/// Tests of this package.
@NullMarked
package dev.mangru.logindex.ingest;

import org.jspecify.annotations.NullMarked;
