package dev.mangru.tsdb.exchange;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.LabelMatcher.Operator;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.time.TimeRange;
import dev.mangru.model.wire.ProtobufReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request to read: `prometheus.ReadRequest`. Immutable.
///
/// ```
/// ReadRequest  queries = 1, accepted_response_types = 2 (0 samples, 1 chunks; the first that is
///              known is taken)
/// Query        start_timestamp_ms = 1, end_timestamp_ms = 2, matchers = 3, hints = 4
/// Matcher      type = 1 (0 =, 1 !=, 2 =~, 3 !~), name = 2, value = 3
/// Hints        step_ms = 1, func = 2, start_ms = 3, end_ms = 4, …
/// ```
///
/// @param queries in their order
/// @param streamed whether chunks are wanted, else samples
public record ReadRequest(List<Query> queries, boolean streamed) {

  /// Most queries of one request. Prometheus sends one. Chosen.
  public static final int MAX_QUERIES = 64;

  private static final int SAMPLES = 0;
  private static final int CHUNKS = 1;

  public ReadRequest {
    queries = List.copyOf(queries);
  }

  /// One query.
  ///
  /// @param range what is asked for; null if that is nothing, because it ends before it begins
  /// @param matchers which series
  /// @param labelsOnly whether only the series are wanted, not their samples
  public record Query(@Nullable TimeRange range, List<LabelMatcher> matchers, boolean labelsOnly) {

    public Query {
      matchers = List.copyOf(matchers);
    }

    /// The matchers as the store has to see them: external labels are not in it, so who asks for
    /// one of them by its value asks for series that do not have it.
    public List<LabelMatcher> matchersWithout(Labels externalLabels) {
      return matchers.stream()
          .map(matcher ->
              matcher.operator() == Operator.EQUAL
                      && externalLabels.has(matcher.name())
                      && externalLabels.get(matcher.name()).equals(matcher.value())
                  ? LabelMatcher.equal(matcher.name(), "")
                  : matcher)
          .toList();
    }
  }

  /// Reads the message of `length` bytes at `offset`.
  ///
  /// @throws MangruException `BAD_DATA` if it is malformed, wants neither samples nor chunks, has
  ///   too many queries or a matcher that is none
  public static ReadRequest decode(byte[] bytes, int offset, int length) {
    ProtobufReader in = new ProtobufReader(bytes, offset, length);
    List<Query> queries = new ArrayList<>();
    List<Long> types = new ArrayList<>();
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> {
          if (queries.size() == MAX_QUERIES) {
            throw MangruException.badData(
                "a read request may have at most " + MAX_QUERIES + " queries");
          }
          queries.add(query(in.readMessage()));
        }
        case 2 -> types(in, types);
        default -> in.skip();
      }
    }
    return new ReadRequest(queries, streamed(types));
  }

  private static void types(ProtobufReader in, List<Long> types) {
    if (in.wireType() == ProtobufReader.VARINT) {
      add(types, in.readVarint());
      return;
    }
    ProtobufReader packed = in.readMessage();
    while (packed.hasMore()) {
      add(types, packed.nextPackedVarint());
    }
  }

  /// Two are known, so those behind the first few say nothing.
  private static void add(List<Long> types, long type) {
    if (types.size() < 16) {
      types.add(type);
    }
  }

  private static boolean streamed(List<Long> types) {
    if (types.isEmpty()) {
      return false;
    }
    for (long type : types) {
      if (type == SAMPLES || type == CHUNKS) {
        return type == CHUNKS;
      }
    }
    throw MangruException.badData(
        "server does not support any of the requested response types: "
            + types
            + "; supported: SAMPLES (0), STREAMED_XOR_CHUNKS (1)");
  }

  private static Query query(ProtobufReader in) {
    long startMs = 0;
    long endMs = 0;
    List<LabelMatcher> matchers = new ArrayList<>();
    Hints hints = Hints.NONE;
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> startMs = in.readVarint();
        case 2 -> endMs = in.readVarint();
        case 3 -> matchers.add(matcher(in.readMessage()));
        case 4 -> hints = hints(in.readMessage());
        default -> in.skip();
      }
    }
    if (hints.startMs != 0 || hints.endMs != 0) {
      startMs = Math.max(startMs, hints.startMs);
      endMs = Math.min(endMs, hints.endMs);
    }
    return new Query(
        endMs < startMs ? null : new TimeRange(startMs, endMs),
        matchers,
        hints.function.equals("series"));
  }

  private record Hints(long startMs, long endMs, String function) {
    private static final Hints NONE = new Hints(0, 0, "");
  }

  private static Hints hints(ProtobufReader in) {
    long startMs = 0;
    long endMs = 0;
    String function = "";
    while (in.nextField()) {
      switch (in.field()) {
        case 2 -> function = in.readString();
        case 3 -> startMs = in.readVarint();
        case 4 -> endMs = in.readVarint();
        default -> in.skip();
      }
    }
    return new Hints(startMs, endMs, function);
  }

  private static LabelMatcher matcher(ProtobufReader in) {
    long type = 0;
    String name = "";
    String value = "";
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> type = in.readVarint();
        case 2 -> name = in.readString();
        case 3 -> value = in.readString();
        default -> in.skip();
      }
    }
    Operator operator;
    if (type == 0) {
      operator = Operator.EQUAL;
    } else if (type == 1) {
      operator = Operator.NOT_EQUAL;
    } else if (type == 2) {
      operator = Operator.REGEX;
    } else if (type == 3) {
      operator = Operator.NOT_REGEX;
    } else {
      throw MangruException.badData("invalid matcher type: " + type);
    }
    return LabelMatcher.of(operator, name, value);
  }
}
