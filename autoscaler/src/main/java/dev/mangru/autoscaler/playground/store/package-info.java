/// The playground's objects: every Kubernetes object as a JSON tree, one revision counter over all
/// of them, their history for watchers, deletion with finalizers, grace and owner references, and
/// the journal that makes a change durable. Start at
/// [dev.mangru.autoscaler.playground.store.ObjectStore]; what goes wrong is a
/// [dev.mangru.autoscaler.playground.store.KubeApiException]. Knows nothing of HTTP or schemas.
@NullMarked
package dev.mangru.autoscaler.playground.store;

import org.jspecify.annotations.NullMarked;
