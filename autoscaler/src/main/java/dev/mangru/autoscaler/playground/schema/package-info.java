/// What the playground's API server knows about its resources: the [ResourceCatalog] of what is
/// served, the schema of each kind, OpenAPI documents, defaulting, validation and conversion
/// between versions. Start with [ResourceCatalog] and [ObjectRules]. Nothing here keeps objects.
@NullMarked
package dev.mangru.autoscaler.playground.schema;

import org.jspecify.annotations.NullMarked;
