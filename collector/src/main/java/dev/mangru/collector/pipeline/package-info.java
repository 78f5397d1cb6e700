/// What gathering hands to sending. Start with [dev.mangru.collector.pipeline.SampleBatch], the
/// samples of one pass, and [dev.mangru.collector.pipeline.Gatherer], whoever fills one. Depends on
/// nothing but the model.
@NullMarked
package dev.mangru.collector.pipeline;

import org.jspecify.annotations.NullMarked;
