package dev.mangru.model.metric;

import java.util.List;

/// The answer to a query.
///
/// @param value the data
/// @param warnings what casts doubt on the data, with positions; shown to whoever asked
/// @param infos what may interest whoever asked
/// @param samplesRead samples the query looked at
public record QueryResult(
    QueryValue value, List<String> warnings, List<String> infos, long samplesRead) {

  public QueryResult {
    warnings = List.copyOf(warnings);
    infos = List.copyOf(infos);
  }
}
