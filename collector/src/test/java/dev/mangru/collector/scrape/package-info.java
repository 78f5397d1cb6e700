/// Tests of reading and fetching pages of metrics.
@NullMarked
package dev.mangru.collector.scrape;

import org.jspecify.annotations.NullMarked;
