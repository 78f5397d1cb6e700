package dev.mangru.server.http;

import java.util.Map;

/// What the queries of each tenant may take.
///
/// @param common of tenants that are not named
/// @param named those of others
public record TenantQueryLimits(OfTenant common, Map<String, OfTenant> named) {

  /// What the queries of one tenant may take.
  ///
  /// @param query each of them
  /// @param concurrent how many of them run at once
  public record OfTenant(QueryLimits query, int concurrent) {

    public OfTenant {
      if (concurrent < 1) {
        throw new IllegalArgumentException("queries at once must be positive: " + concurrent);
      }
    }
  }

  public TenantQueryLimits {
    named = Map.copyOf(named);
  }

  /// Those of `tenant`.
  public OfTenant of(String tenant) {
    return named.getOrDefault(tenant, common);
  }
}
