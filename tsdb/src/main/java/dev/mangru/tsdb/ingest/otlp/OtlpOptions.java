package dev.mangru.tsdb.ingest.otlp;

import java.util.Set;

/// How metrics of OpenTelemetry become series. Names and meanings are those of Prometheus' section
/// `otlp`. Immutable.
///
/// @param translation how names become names of Prometheus
/// @param promoteResourceAttributes attributes of resources that become labels of every series
/// @param promoteAllResourceAttributes whether all of them do
/// @param ignoreResourceAttributes which then do not
/// @param keepIdentifyingResourceAttributes whether `target_info` keeps service.name,
///   service.namespace and service.instance.id
/// @param convertHistogramsToNhcb whether histograms of explicit bounds become native ones
/// @param promoteScopeMetadata whether scopes become labels of every series
/// @param ingestDelta whether delta sums and histograms are stored as they are; else they are
///   refused
public record OtlpOptions(
    Translation translation,
    Set<String> promoteResourceAttributes,
    boolean promoteAllResourceAttributes,
    Set<String> ignoreResourceAttributes,
    boolean keepIdentifyingResourceAttributes,
    boolean convertHistogramsToNhcb,
    boolean promoteScopeMetadata,
    boolean ingestDelta) {

  public OtlpOptions {
    promoteResourceAttributes = Set.copyOf(promoteResourceAttributes);
    ignoreResourceAttributes = Set.copyOf(ignoreResourceAttributes);
  }

  /// Prometheus' defaults.
  public static OtlpOptions defaults() {
    return new OtlpOptions(
        Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES,
        Set.of(),
        false,
        Set.of(),
        false,
        false,
        false,
        false);
  }

  /// How names become names of Prometheus: `translation_strategy`.
  public enum Translation {
    /// What is no letter or digit becomes an underscore; unit and type come at the end.
    UNDERSCORE_ESCAPING_WITH_SUFFIXES(true, true),
    /// What is no letter or digit becomes an underscore.
    UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES(true, false),
    /// Names stay as they are; unit and type come at the end.
    NO_UTF8_ESCAPING_WITH_SUFFIXES(false, true),
    /// Names stay as they are.
    NO_TRANSLATION(false, false);

    private final boolean escapes;
    private final boolean suffixes;

    Translation(boolean escapes, boolean suffixes) {
      this.escapes = escapes;
      this.suffixes = suffixes;
    }

    boolean escapes() {
      return escapes;
    }

    boolean suffixes() {
      return suffixes;
    }
  }
}
