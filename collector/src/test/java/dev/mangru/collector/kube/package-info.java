@NullMarked
package dev.mangru.collector.kube;

import org.jspecify.annotations.NullMarked;
