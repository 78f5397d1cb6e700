/// Where other systems fetch samples and bring them: remote read, federation, and metrics over
/// OTLP.
@NullMarked
package dev.mangru.server.http.exchange;

import org.jspecify.annotations.NullMarked;
