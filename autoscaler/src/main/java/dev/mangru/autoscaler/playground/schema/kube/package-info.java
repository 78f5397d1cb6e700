/// Reads names and types of the Kubernetes API's fields off the client library's model classes, so
/// that nobody types a thousand field names. Start with [ModelReader]. No other part of the schema
/// knows the client library.
@NullMarked
package dev.mangru.autoscaler.playground.schema.kube;

import org.jspecify.annotations.NullMarked;
