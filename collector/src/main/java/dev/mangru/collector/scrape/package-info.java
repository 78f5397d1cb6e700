/// Reading pages of metrics, and fetching them. Start with [dev.mangru.collector.scrape.Scraper]
/// for one target over HTTP, or with [dev.mangru.collector.scrape.PrometheusTextParser] and
/// [dev.mangru.collector.scrape.OpenMetricsParser] for bytes at hand. A page is untrusted: every
/// parser ends with samples or with an [dev.mangru.collector.scrape.ExpositionException].
@NullMarked
package dev.mangru.collector.scrape;

import org.jspecify.annotations.NullMarked;
