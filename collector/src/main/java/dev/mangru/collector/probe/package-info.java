/// Asks services whether they answer, as their users would. Start with
/// [dev.mangru.collector.probe.HttpProbe]; names are those of the blackbox exporter.
@NullMarked
package dev.mangru.collector.probe;

import org.jspecify.annotations.NullMarked;
