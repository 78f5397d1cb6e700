/// The cluster as people look at it. Start with [ClusterView].
@NullMarked
package dev.mangru.model.cluster;

import org.jspecify.annotations.NullMarked;
