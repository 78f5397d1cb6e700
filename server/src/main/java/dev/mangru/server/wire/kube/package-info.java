/// How Mangru gets at a cluster, and what it does with it. Start with [ClusterWiring].
@NullMarked
package dev.mangru.server.wire.kube;

import org.jspecify.annotations.NullMarked;
