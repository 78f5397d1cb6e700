package dev.mangru.model.alert;

import dev.mangru.model.metric.Labels;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One alert of one rule.
///
/// @param labels its identity, `alertname` included
/// @param annotations templates expanded
/// @param state where it stands
/// @param value of its expression at the last evaluation
/// @param activeAt when its expression first had a result
/// @param firedAt when it began to fire; null if it has not
/// @param keepFiringSince when its expression stopped having a result while it goes on firing; null
///   otherwise
/// @param resolvedAt when it stopped; null while active
public record Alert(
    Labels labels,
    Labels annotations,
    AlertState state,
    double value,
    Instant activeAt,
    @Nullable Instant firedAt,
    @Nullable Instant keepFiringSince,
    @Nullable Instant resolvedAt) {}
