package dev.mangru.server.http.exchange;

import dev.mangru.model.metric.Labels;

/// Labels that tell this server's series from those of others, for series that are handed out.
///
/// @param labels by name; none if there are none
public record ExternalLabels(Labels labels) {}
