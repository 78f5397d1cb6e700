package dev.mangru.tsdb.transfer;

/// What an export wrote, and what its format has no words for.
///
/// @param series series written
/// @param samples samples written
/// @param histograms native histograms left out
/// @param staleMarkers markers of the end of a series left out
/// @param starts samples written without their start timestamp
/// @param unnamed samples of series without a metric name left out
/// @param exemplars exemplars written
/// @param exemplarsLeftOut exemplars left out: of several between two samples of a series there is
///   room for one, and JSON lines have room for none
public record ExportReport(
    long series,
    long samples,
    long histograms,
    long staleMarkers,
    long starts,
    long unnamed,
    long exemplars,
    long exemplarsLeftOut) {}
