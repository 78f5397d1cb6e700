package dev.mangru.server.conformance.http;

import java.util.List;
import java.util.Map;

/// One request to an operation.
///
/// @param what distinguishes it, for reports
/// @param parameters names and values
/// @param expected what its answer has to be
record Variant(String what, List<Map.Entry<String, String>> parameters, Expected expected) {

  /// What an answer has to be.
  enum Expected {
    /// Status 2xx.
    SUCCESS,
    /// Status 4xx.
    REFUSAL,
    /// Either of them: the request is right in form, and what it names may not be there.
    DESCRIBED
  }
}
