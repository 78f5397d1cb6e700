/// The playground's Kubernetes API over HTTP: discovery, lists with paging and selectors, watches,
/// the four kinds of patch, subresources, tables for `kubectl get`, and faults on demand. Start at
/// [dev.mangru.autoscaler.playground.api.KubeApiServer]; what it cannot know by itself (usage,
/// logs, pages of pods and nodes) it asks through
/// [dev.mangru.autoscaler.playground.api.MetricsSource],
/// [dev.mangru.autoscaler.playground.api.PodLogs] and
/// [dev.mangru.autoscaler.playground.api.ProxyPages].
@NullMarked
package dev.mangru.autoscaler.playground.api;

import org.jspecify.annotations.NullMarked;
