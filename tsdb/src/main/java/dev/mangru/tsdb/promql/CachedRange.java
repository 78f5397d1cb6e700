package dev.mangru.tsdb.promql;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.PastChanges;
import dev.mangru.model.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Answers one range query from what is kept of its steps, and evaluates the others. Confined to
/// the query's thread.
///
/// ```
/// steps     | head | kept from earlier queries | new, settled | newest |
///            evaluated                           evaluated
///            kept from now on                    kept from now on   never kept
/// ```
///
/// The answer is the one that all steps evaluated together give. A piece whose evaluation had
/// anything to say beside its data, or met an order that depends on other steps ([OrderWatch]), is
/// never kept; and if the steps that are evaluated now do, or fail, everything is evaluated
/// together after all.
final class CachedRange {

  /// Fewer steps than this are evaluated sooner than they are looked up. Chosen.
  private static final int FEWEST = 4;

  private final ResultCache cache;
  private final ResultCache.Key key;
  private final QueryContext context;
  private final Stepwise reads;
  private final Steps steps;
  private int cachedSteps;

  /// The query's use of the cache, or null if it has none.
  ///
  /// @param owner of what is kept: the engine
  static @Nullable CachedRange of(
      ResultCache cache, long owner, Expr expression, QueryContext context, Steps steps) {
    if (cache.isOff()) {
      return null;
    }
    Stepwise reads =
        steps.count() < FEWEST || expression.type() != ValueType.VECTOR
            ? null
            : Stepwise.of(expression, context.options(), context.lookbackMs());
    if (reads == null) {
      cache.countPassed();
      return null;
    }
    context.order().watch(reads.watched());
    ResultCache.Key key =
        new ResultCache.Key(
            owner,
            PromqlPrinter.print(expression),
            steps.stepMs(),
            Math.floorMod(steps.startMs(), steps.stepMs()),
            context.lookbackMs());
    return new CachedRange(cache, key, context, reads, steps);
  }

  private CachedRange(
      ResultCache cache, ResultCache.Key key, QueryContext context, Stepwise reads, Steps steps) {
    this.cache = cache;
    this.key = key;
    this.context = context;
    this.reads = reads;
    this.steps = steps;
  }

  /// How many steps were not evaluated.
  int cachedSteps() {
    return cachedSteps;
  }

  /// The series of the query.
  ///
  /// @param evaluation of some of the steps, under final names
  List<StepSeries> answer(Function<Steps, List<StepSeries>> evaluation) {
    PastChanges changes = context.store().changes();
    long number = changes.number();
    int settled = reads.settled(steps, changes.settledMs());
    if (settled < FEWEST || cache.pauses(key)) {
      cache.countPassed();
      return evaluation.apply(steps);
    }
    Kept before = cache.find(key, steps);
    Kept kept = before == null ? null : valid(before, changes, number);
    int overlap = kept == null ? 0 : kept.overlap(steps);
    if (kept == null || overlap < FEWEST) {
      return whole(evaluation, before, settled, number);
    }
    int from = (int) Math.max(0, (kept.firstMs() - steps.startMs()) / steps.stepMs());
    int to = from + overlap;
    Steps head = new Steps(steps.startMs(), steps.stepMs(), from);
    Steps tail = new Steps(steps.time(to), steps.stepMs(), steps.count() - to);
    List<StepSeries> early;
    List<StepSeries> late;
    try {
      early = head.count() == 0 ? List.of() : evaluation.apply(head);
      late = tail.count() == 0 ? List.of() : evaluation.apply(tail);
    } catch (MangruException e) {
      if (e.code() != ErrorCode.EXECUTION) {
        throw e;
      }
      return afterAll(evaluation); // it fails too, with what is wrong first
    }
    if (isUnusual()) {
      return afterAll(evaluation);
    }
    cachedSteps = overlap;
    int computed = from + Math.max(0, settled - to);
    cache.count(overlap, computed);
    Piece.Rows rows = new Piece.Rows(steps);
    rows.add(early, head);
    for (Piece piece : kept.pieces()) {
      rows.add(piece);
      context.budget().work(1_000 + piece.rows());
    }
    rows.add(late, tail);
    context.budget().hold((long) rows.count() * steps.count());
    extend(before, kept, early, head, late, tail, settled - to, number);
    return rows.series();
  }

  /// What of it is still right, or null.
  private @Nullable Kept valid(Kept kept, PastChanges changes, long number) {
    if (reads.fixedFromMs() <= reads.fixedToMs()
        && changes.since(kept.number(), new TimeRange(reads.fixedFromMs(), reads.fixedToMs()))
            != null) {
      return null;
    }
    if (reads.fromMs() > reads.toMs()) {
      return kept.without(null, reads, number);
    }
    TimeRange read = new TimeRange(kept.firstMs() + reads.fromMs(), kept.lastMs() + reads.toMs());
    return kept.without(changes.since(kept.number(), read), reads, number);
  }

  private boolean isUnusual() {
    return context.order().mattered() || !context.annotations().isEmpty();
  }

  /// Everything evaluated together; what is settled is kept.
  private List<StepSeries> whole(
      Function<Steps, List<StepSeries>> evaluation,
      @Nullable Kept before,
      int settled,
      long number) {
    List<StepSeries> series = evaluation.apply(steps);
    if (isUnusual()) {
      cache.pause(key);
    } else {
      long values = 8L * series.size() * settled;
      Kept now =
          values > cache.mostBytes()
              ? null
              : Kept.of(List.of(Piece.of(series, steps, 0, settled)), number);
      cache.put(key, before, now);
    }
    cache.count(0, settled);
    return series;
  }

  /// Everything evaluated together, though a part was known and another was evaluated.
  private List<StepSeries> afterAll(Function<Steps, List<StepSeries>> evaluation) {
    context.annotations().clear();
    context.order().forget();
    cache.pause(key);
    cache.countPassed();
    return evaluation.apply(steps);
  }

  private void extend(
      @Nullable Kept before,
      Kept kept,
      List<StepSeries> early,
      Steps head,
      List<StepSeries> late,
      Steps tail,
      int newSteps,
      long number) {
    List<Piece> pieces = new ArrayList<>();
    if (head.count() > 0) {
      pieces.add(Piece.of(early, head, 0, head.count()));
    }
    // A window that slides leaves what lies a whole window before it.
    long oldest = steps.startMs() - (steps.last() - steps.startMs());
    for (Piece piece : kept.pieces()) {
      if (piece.steps().last() >= oldest) {
        pieces.add(piece);
      }
    }
    if (newSteps > 0 && kept.lastMs() < tail.startMs()) {
      pieces.add(Piece.of(late, tail, 0, newSteps));
    }
    if (pieces.size() > kept.pieces().size() || newer(before, kept) || head.count() > 0) {
      cache.put(key, before, Kept.of(pieces, number));
    }
  }

  @SuppressWarnings("ReferenceEquality") // whether anything has become of it
  private static boolean newer(@Nullable Kept before, Kept kept) {
    return before != kept;
  }
}
