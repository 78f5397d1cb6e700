/// Holds the arithmetic to the cases of Kubernetes itself. Start with [HpaConformance].
@NullMarked
package dev.mangru.autoscaler.conformance;

import org.jspecify.annotations.NullMarked;
