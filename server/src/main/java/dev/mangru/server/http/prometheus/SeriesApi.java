package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Querier;
import dev.mangru.model.metric.TenantMetrics;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.TimeRange;
import dev.mangru.server.http.JsonBytes;
import dev.mangru.server.http.Params;
import dev.mangru.server.http.QueryVisits;
import dev.mangru.server.http.TenantHeader;
import dev.mangru.tsdb.promql.PromqlParser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiFunction;

/// `/api/v1/series`, `/api/v1/labels` and `/api/v1/label/NAME/values`.
public final class SeriesApi {

  /// A place in a sorted set.
  private static final int ENTRY_BYTES = 48;

  /// Instructions of all regular expressions of one request, some 50 bytes each. Chosen.
  private static final int MOST_PROGRAMS = 200_000;

  private final Tenants tenants;
  private final QueryVisits visits;

  /// @param visits limits and ends what is asked
  public SeriesApi(Tenants tenants, QueryVisits visits) {
    this.tenants = tenants;
    this.visits = visits;
  }

  void series(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Params params = new Params(request);
    int limit = params.limit();
    List<List<LabelMatcher>> selectors = selectors(params);
    if (selectors.isEmpty()) {
      throw MangruException.badData("no match[] parameter provided");
    }
    String tenant = TenantHeader.of(request);
    try (QueryVisits.Visit visit = visits.enter(request, tenant, params)) {
      Collection<Labels> found =
          union(
              tenant,
              params,
              visit,
              selectors,
              new TreeSet<>(),
              (querier, matchers) ->
                  querier.select(matchers).stream().map(Querier.Series::labels).toList());
      visit.computed();
      write(response, found, limit);
    }
  }

  private static void write(HttpServletResponse response, Collection<Labels> found, int limit)
      throws IOException {
    boolean truncated = limit > 0 && found.size() > limit;
    JsonBytes json = begun(response).raw('[');
    int left = truncated ? limit : found.size();
    for (Labels labels : found) {
      if (left == 0) {
        break;
      }
      left--;
      json.labels(labels);
      if (left > 0) {
        json.raw(',');
      }
    }
    end(json.raw(']'), truncated);
  }

  void labels(HttpServletRequest request, HttpServletResponse response) throws IOException {
    answerStrings(request, response, Querier::labelNames);
  }

  void values(String name, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String label = LabelNames.unescape(name);
    answerStrings(request, response, (querier, matchers) -> querier.labelValues(label, matchers));
  }

  private void answerStrings(
      HttpServletRequest request,
      HttpServletResponse response,
      BiFunction<Querier, List<LabelMatcher>, List<String>> get)
      throws IOException {
    Params params = new Params(request);
    int limit = params.limit();
    List<List<LabelMatcher>> selectors = selectors(params);
    String tenant = TenantHeader.of(request);
    try (QueryVisits.Visit visit = visits.enter(request, tenant, params)) {
      Collection<String> found =
          union(
              tenant,
              params,
              visit,
              selectors.isEmpty() ? List.of(List.of()) : selectors,
              new TreeSet<>(Labels::compareUtf8),
              get);
      visit.computed();
      boolean truncated = limit > 0 && found.size() > limit;
      end(
          begun(response).strings(truncated ? found.stream().limit(limit).toList() : found),
          truncated);
    }
  }

  private static JsonBytes begun(HttpServletResponse response) throws IOException {
    return new JsonBytes(response).raw("{\"status\":\"success\",\"data\":");
  }

  private static void end(JsonBytes json, boolean truncated) throws IOException {
    json.stringsIfAny("warnings", warnings(truncated)).raw('}').end();
  }

  private <T> Collection<T> union(
      String tenant,
      Params params,
      QueryVisits.Visit visit,
      List<List<LabelMatcher>> selectors,
      SortedSet<T> found,
      BiFunction<Querier, List<LabelMatcher>, List<T>> get) {
    long start = params.timeMs("start", Long.MIN_VALUE);
    long end = params.timeMs("end", Long.MAX_VALUE);
    if (end < start) {
      return found; // as Prometheus does: nothing lies in an empty range
    }
    try (TenantMetrics metrics = tenants.forReading(tenant);
        Querier querier = metrics.store().querier(new TimeRange(start, end))) {
      querier.guardBy(visit);
      if (selectors.size() == 1) {
        return get.apply(querier, selectors.getFirst()); // sorted, and each only once
      }
      for (List<LabelMatcher> matchers : selectors) {
        visit.check();
        List<T> more = get.apply(querier, matchers);
        visit.holdBytes((long) ENTRY_BYTES * more.size());
        found.addAll(more);
      }
    }
    return found;
  }

  private static List<String> warnings(boolean truncated) {
    return truncated ? List.of("results truncated due to limit") : List.of();
  }

  /// What the parameters `match[]` select.
  static List<List<LabelMatcher>> selectors(Params params) {
    List<List<LabelMatcher>> selectors = new ArrayList<>();
    long programs = 0;
    for (String text : params.all("match[]")) {
      List<LabelMatcher> matchers;
      try {
        matchers = PromqlParser.parseSelector(text);
      } catch (MangruException e) {
        boolean empty = e.text().endsWith("selector must contain at least one non-empty matcher");
        throw Params.invalid(
            "match[]", empty ? "match[] must contain at least one non-empty matcher" : e.text(), e);
      }
      if (matchers.stream().allMatch(LabelMatcher::matchesEmpty)) {
        throw Params.invalid(
            "match[]", "match[] must contain at least one non-empty matcher", null);
      }
      selectors.add(matchers);
      for (LabelMatcher matcher : matchers) {
        programs += matcher.programSize();
      }
      if (programs > MOST_PROGRAMS) {
        throw Params.invalid(
            "match[]",
            "regular expressions are larger than the limit of "
                + MOST_PROGRAMS
                + " instructions together",
            null);
      }
    }
    return selectors;
  }
}
