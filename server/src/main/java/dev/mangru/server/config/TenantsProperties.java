package dev.mangru.server.config;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Tenants;
import dev.mangru.server.http.QueryLimits;
import dev.mangru.server.http.TenantQueryLimits;
import dev.mangru.tsdb.MemoryThereIs;
import dev.mangru.tsdb.TsdbOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// Whose metrics are kept apart.
///
/// @param enabled whether there may be any tenant but `anonymous`
/// @param max tenants, `anonymous` not counted
/// @param idle how long nobody has asked for a tenant's store when it is closed
/// @param limits what single tenants may, where it differs from `mangru.metrics`
public record TenantsProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("20") int max,
    @DefaultValue("10m") Duration idle,
    @DefaultValue List<Limits> limits) {

  /// Folders of tenants have numbers of six digits.
  private static final int MOST = 999_999;

  /// Memory of samples that are not sealed yet, of a tenant: its store seals at this. Chosen; all
  /// stores together may have as much as the main one.
  private static final long HEAD_BYTES = 16L << 20;

  public TenantsProperties {
    limits = List.copyOf(limits);
    if (max < 0 || max > MOST) {
      throw new IllegalArgumentException("mangru.tenants.max must be from 0 to 999999: " + max);
    }
    if (idle.isNegative()) {
      throw new IllegalArgumentException("mangru.tenants.idle must not be negative: " + idle);
    }
    Set<String> named = new HashSet<>();
    for (Limits each : limits) {
      if (!named.add(each.tenant())) {
        throw new IllegalArgumentException(
            "mangru.tenants.limits names " + each.tenant() + " twice");
      }
    }
  }

  /// What a tenant may; what is left out is as in `mangru.metrics`.
  ///
  /// @param tenant its name
  /// @param retention samples older than this are refused and removed
  /// @param retentionRules how long samples of selected series are kept instead, in place of those
  ///   of `mangru.metrics`
  /// @param retentionSize size of the sealed files above which the oldest go
  /// @param outOfOrderWindow how much older than its series' newest sample a sample may be
  /// @param maxSeries active series
  /// @param maxNewSeriesPerMinute series that may be new in one minute
  /// @param maxExemplars exemplars that are kept
  /// @param queryTimeout longest time of one query, at most `mangru.query.timeout`
  /// @param maxQuerySamples samples that one query holds at a time
  /// @param maxConcurrentQueries queries at once
  public record Limits(
      String tenant,
      @Nullable Duration retention,
      @Nullable List<KeepProperties.Rule> retentionRules,
      @Nullable DataSize retentionSize,
      @Nullable Duration outOfOrderWindow,
      @Nullable Long maxSeries,
      @Nullable Long maxNewSeriesPerMinute,
      @Nullable Integer maxExemplars,
      @Nullable Duration queryTimeout,
      @Nullable Long maxQuerySamples,
      @Nullable Integer maxConcurrentQueries) {

    public Limits {
      if (tenant == null) {
        throw new IllegalArgumentException("an entry of mangru.tenants.limits needs a tenant");
      }
      try {
        Tenants.checked(tenant);
      } catch (MangruException e) {
        throw new IllegalArgumentException("mangru.tenants.limits: " + e.text(), e);
      }
      if (tenant.equals(Tenants.ANONYMOUS)) {
        throw new IllegalArgumentException(
            "mangru.tenants.limits: those of anonymous are mangru.metrics");
      }
    }
  }

  private @Nullable Limits of(String tenant) {
    for (Limits each : limits) {
      if (each.tenant().equals(tenant)) {
        return each;
      }
    }
    return null;
  }

  /// The options of a tenant's store.
  public TsdbOptions options(String tenant, Path directory, MangruProperties.Metrics defaults) {
    MemoryThereIs memory = MemoryThereIs.now();
    TsdbOptions.Builder options =
        defaults
            .builder(directory)
            .maxHeadBytes(Math.min(HEAD_BYTES, memory.unsealedBytes() / 2))
            .maxSelectionBytes(Math.max(1L << 20, memory.selectionBytes() / Math.max(1, max)));
    Limits own = of(tenant);
    if (own != null) {
      if (own.retention() != null) {
        options.retention(own.retention());
      }
      if (own.retentionRules() != null) {
        options.retentionRules(KeepProperties.rules(own.retentionRules()));
      }
      if (own.retentionSize() != null) {
        options.retentionBytes(own.retentionSize().toBytes());
      }
      if (own.outOfOrderWindow() != null) {
        options.outOfOrderWindow(own.outOfOrderWindow());
      }
      if (own.maxSeries() != null) {
        options.maxSeries(own.maxSeries());
      }
      if (own.maxNewSeriesPerMinute() != null) {
        options.maxNewSeriesPerMinute(own.maxNewSeriesPerMinute());
      }
    }
    return options.build();
  }

  /// What queries of each tenant may take.
  ///
  /// @param common of those for whom nothing else is said
  public TenantQueryLimits queryLimits(TenantQueryLimits.OfTenant common) {
    Map<String, TenantQueryLimits.OfTenant> named = new HashMap<>();
    for (Limits each : limits) {
      QueryLimits query =
          common
              .query()
              .within(
                  each.queryTimeout(), each.maxQuerySamples() == null ? 0 : each.maxQuerySamples());
      named.put(
          each.tenant(),
          new TenantQueryLimits.OfTenant(
              query,
              each.maxConcurrentQueries() == null
                  ? common.concurrent()
                  : each.maxConcurrentQueries()));
    }
    return new TenantQueryLimits(common, named);
  }

  /// How many exemplars of a tenant are kept.
  public int maxExemplars(String tenant, MangruProperties.Metrics defaults) {
    Limits own = of(tenant);
    return own == null || own.maxExemplars() == null ? defaults.maxExemplars() : own.maxExemplars();
  }
}
