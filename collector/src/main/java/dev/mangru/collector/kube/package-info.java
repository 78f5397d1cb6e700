/// The cluster as its API server tells it. Start with [KubeWatch], which follows the objects;
/// [KubeStateSeries] makes `kube_*` series of them, [KubeClusterView] what people look at, and
/// [ClusterScraper] reads the pages of metrics that they name. Reads only.
@NullMarked
package dev.mangru.collector.kube;

import org.jspecify.annotations.NullMarked;
