package dev.mangru.server.config;

import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.ingest.otlp.OtlpOptions;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How samples are exchanged with other systems.
///
/// @param externalLabels what tells this server's series from those of others
/// @param otlp metrics over OTLP
public record ExchangeProperties(
    @DefaultValue List<ExternalLabel> externalLabels, @DefaultValue Otlp otlp) {

  public ExchangeProperties {
    externalLabels = List.copyOf(externalLabels);
  }

  /// The labels by name.
  public Labels labels() {
    Labels.Builder builder = Labels.builder();
    externalLabels.forEach(label -> builder.set(label.name, label.value));
    return builder.build();
  }

  /// A label of this server. (A list, because a map's keys would lose their underscores.)
  public record ExternalLabel(String name, String value) {

    public ExternalLabel {
      if (name == null || name.isBlank() || value == null || value.isBlank()) {
        throw new IllegalArgumentException(
            "an entry of mangru.exchange.external-labels needs a name and a value: name "
                + name
                + ", value "
                + value);
      }
    }
  }

  /// Metrics over OTLP. Names and defaults are those of Prometheus' section `otlp`.
  ///
  /// @param translation how names become names of Prometheus
  /// @param promoteResourceAttributes attributes of resources that become labels of every series
  /// @param promoteAllResourceAttributes whether all of them do
  /// @param ignoreResourceAttributes which then do not
  /// @param keepIdentifyingResourceAttributes whether `target_info` keeps service.name,
  ///   service.namespace and service.instance.id
  /// @param convertHistogramsToNhcb whether histograms of explicit bounds become native ones with
  ///   custom buckets
  /// @param promoteScopeMetadata whether scopes become labels of every series
  /// @param ingestDelta whether delta sums and histograms are stored as they are; else they are
  ///   refused
  public record Otlp(
      @DefaultValue("UnderscoreEscapingWithSuffixes") OtlpOptions.Translation translation,
      @DefaultValue List<String> promoteResourceAttributes,
      @DefaultValue("false") boolean promoteAllResourceAttributes,
      @DefaultValue List<String> ignoreResourceAttributes,
      @DefaultValue("false") boolean keepIdentifyingResourceAttributes,
      @DefaultValue("false") boolean convertHistogramsToNhcb,
      @DefaultValue("false") boolean promoteScopeMetadata,
      @DefaultValue("false") boolean ingestDelta) {

    public Otlp {
      promoteResourceAttributes = List.copyOf(promoteResourceAttributes);
      ignoreResourceAttributes = List.copyOf(ignoreResourceAttributes);
    }

    /// As the decoder takes them.
    public OtlpOptions options() {
      return new OtlpOptions(
          translation,
          Set.copyOf(promoteResourceAttributes),
          promoteAllResourceAttributes,
          Set.copyOf(ignoreResourceAttributes),
          keepIdentifyingResourceAttributes,
          convertHistogramsToNhcb,
          promoteScopeMetadata,
          ingestDelta);
    }
  }
}
