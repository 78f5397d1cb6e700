package dev.mangru.model.metric;

/// An exemplar and the series it belongs to.
///
/// @param series the series' labels, metric name included
public record SeriesExemplar(Labels series, Exemplar exemplar) {}
