/// Metrics of several tenants, each in a store of its own: start at
/// [dev.mangru.tsdb.tenant.TenantStores]. It promises that a tenant's name is never part of a path,
/// that reading makes nothing, and that all stores share one budget of series. The bytes are drawn
/// in FORMAT.md.
@NullMarked
package dev.mangru.tsdb.tenant;

import org.jspecify.annotations.NullMarked;
