package dev.mangru.server.http;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Tenants;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;

/// Whose metrics a request speaks of: the header `X-Scope-OrgID`, as Cortex, Mimir and Loki name
/// it.
public final class TenantHeader {

  /// The header's name.
  public static final String NAME = "X-Scope-OrgID";

  private TenantHeader() {}

  /// The tenant's name; [Tenants#ANONYMOUS] without the header.
  ///
  /// @throws MangruException `BAD_DATA` if it is no tenant's name, or there are several
  public static String of(HttpServletRequest request) {
    List<String> values = Collections.list(request.getHeaders(NAME));
    if (values.isEmpty()) {
      return Tenants.ANONYMOUS;
    }
    if (values.size() > 1) {
      throw MangruException.badData(
          "one " + NAME + " header says whose metrics these are, not " + values.size());
    }
    try {
      return Tenants.checked(values.getFirst());
    } catch (MangruException e) {
      throw new MangruException(e.code(), NAME + ": " + e.text(), e);
    }
  }
}
