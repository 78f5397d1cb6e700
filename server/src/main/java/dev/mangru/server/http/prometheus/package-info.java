/// The Prometheus HTTP API and remote write. Start with [QueryApi] and [WriteApi].
@NullMarked
package dev.mangru.server.http.prometheus;

import org.jspecify.annotations.NullMarked;
