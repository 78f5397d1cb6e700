package dev.mangru.model.metric;

/// What became of one appended sample. Every outcome here is normal life, so none is an exception.
public sealed interface AppendResult {

  /// Stored. An exact repeat of the newest sample counts as stored too.
  record Accepted() implements AppendResult {}

  /// Older than the newest sample of its series.
  ///
  /// @param newestMs that sample's time
  record OutOfOrder(long newestMs) implements AppendResult {}

  /// The same time as the newest sample of its series, with another value.
  record Conflict() implements AppendResult {}

  /// Before the oldest time the store accepts.
  ///
  /// @param oldestAcceptedMs that time
  record TooOld(long oldestAcceptedMs) implements AppendResult {}

  /// Too far ahead of the store's clock.
  ///
  /// @param newestAcceptedMs the newest time the store accepts
  record TooFarAhead(long newestAcceptedMs) implements AppendResult {}

  /// One more series than the store may hold.
  ///
  /// @param limit the number of active series allowed
  record TooManySeries(long limit) implements AppendResult {}

  /// One more series than there is memory for.
  ///
  /// @param limitBytes memory that the series may take together
  record SeriesTakeTooMuch(long limitBytes) implements AppendResult {}

  /// One more new series than may come in a minute.
  ///
  /// @param limit the number of new series allowed per minute
  record NewSeriesTooFast(long limit) implements AppendResult {}

  /// Whether sending the same sample later can succeed: a limit was met that time or an operator
  /// lifts.
  default boolean retryable() {
    return this instanceof TooManySeries
        || this instanceof SeriesTakeTooMuch
        || this instanceof NewSeriesTooFast;
  }

  /// In words, for an error message.
  default String describe() {
    return switch (this) {
      case Accepted() -> "accepted";
      case OutOfOrder(long newest) ->
          "out of order sample: the series already has one at " + newest;
      case Conflict() ->
          "duplicate sample for timestamp: the series has another value at that time";
      case TooOld(long oldest) -> "sample too old: the oldest accepted time is " + oldest;
      case TooFarAhead(long newest) ->
          "sample too far in the future: the newest accepted time is " + newest;
      case TooManySeries(long limit) -> "too many series: the limit is " + limit;
      case SeriesTakeTooMuch(long limit) ->
          "too many series: their labels take as much memory as they may, " + limit + " bytes";
      case NewSeriesTooFast(long limit) ->
          "too many new series: the limit is " + limit + " a minute";
    };
  }
}
