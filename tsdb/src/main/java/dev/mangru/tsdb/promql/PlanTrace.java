package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.QueryPlan;
import dev.mangru.model.time.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Measures what each operator of a query takes. Confined to the query's thread: what helpers do
/// takes the time that the query waits for them.
///
/// Operators that feed others series by series are measured without what the others do meanwhile
/// ([#charging]). Only a query whose plan is asked for has one.
final class PlanTrace {

  /// A float and its time, decoded.
  private static final int SAMPLE_BYTES = 16;

  private final Ticker ticker;
  private final IdentityHashMap<Expr, Measure> measures = new IdentityHashMap<>();
  private final Deque<Frame> stack = new ArrayDeque<>();
  private @Nullable QueryBudget budget;

  /// What one operator took so far.
  private static final class Measure {
    final Set<String> how = new LinkedHashSet<>();
    int runs;
    long steps;
    long selected;
    long series;
    long samples;
    long cachedSteps;
    long selfNs;
    long totalNs;
  }

  /// An operator that is being evaluated.
  private static final class Frame {
    final Expr expression;
    final Measure measure;
    final long startNs;
    final long readBefore;
    long othersNs;
    long inputsNs;
    long inputsRead;
    long given = -1;
    int again;

    Frame(Expr expression, Measure measure, long startNs, long readBefore) {
      this.expression = expression;
      this.measure = measure;
      this.startNs = startNs;
      this.readBefore = readBefore;
    }
  }

  PlanTrace(Ticker ticker) {
    this.ticker = ticker;
  }

  /// Says which operators there are; others are part of those that evaluate them.
  void expect(Collection<Expr> operators, QueryBudget counted) {
    budget = counted;
    operators.forEach(operator -> measures.put(operator, new Measure()));
  }

  private long read() {
    return budget == null ? 0 : budget.samplesRead();
  }

  /// The evaluation of `expression` begins; [#exit] ends it. Within itself it is no other one.
  @SuppressWarnings("ReferenceEquality") // one node of the tree
  void enter(Expr expression, int steps) {
    Measure measure = measures.get(expression);
    if (measure == null) {
      return;
    }
    Frame top = stack.peek();
    if (top != null && top.expression == expression) {
      top.again++;
      return;
    }
    measure.runs++;
    measure.steps += steps;
    stack.push(new Frame(expression, measure, ticker.read(), read()));
  }

  /// The evaluation of `expression` has ended.
  ///
  /// @param series it gave; ignored if [#charging] counted them
  @SuppressWarnings("ReferenceEquality") // one node of the tree
  void exit(Expr expression, long series) {
    Frame top = stack.peek();
    if (top == null || top.expression != expression) {
      return;
    }
    if (top.again > 0) {
      top.again--;
      return;
    }
    stack.pop();
    long took = ticker.read() - top.startNs - top.othersNs;
    long readHere = read() - top.readBefore;
    Measure measure = top.measure;
    measure.series += top.given >= 0 ? top.given : series;
    measure.samples += readHere - top.inputsRead;
    measure.totalNs += took;
    measure.selfNs += Math.max(0, took - top.inputsNs);
    Frame above = stack.peek();
    if (above != null) {
      above.inputsNs += took;
      above.inputsRead += readHere;
    }
  }

  /// A sink that does what `sink` does at the expense of whoever asked the current operator.
  SeriesStream.Sink charging(SeriesStream.Sink sink) {
    Frame frame = stack.peek();
    if (frame == null) {
      return sink;
    }
    frame.given = Math.max(0, frame.given);
    return (labels, dropName, values, histograms, full) -> {
      long start = ticker.read();
      frame.given++;
      sink.accept(labels, dropName, values, histograms, full);
      frame.othersNs += ticker.read() - start;
    };
  }

  /// The current operator found so many series in the index.
  void selected(long series) {
    Frame top = stack.peek();
    if (top != null) {
      top.measure.selected += series;
    }
  }

  /// The current operator takes a way that is known only now.
  void note(String how) {
    Frame top = stack.peek();
    if (top != null) {
      top.measure.how.add(how);
    }
  }

  /// Results of `expression` at so many steps were known from earlier queries.
  void cached(Expr expression, long steps, String how) {
    Measure measure = measures.get(expression);
    if (measure != null) {
      measure.cachedSteps += steps;
      measure.how.add(how);
    }
  }

  /// The ways that `expression` took.
  List<String> how(Expr expression) {
    Measure measure = measures.get(expression);
    return measure == null ? List.of() : new ArrayList<>(measure.how);
  }

  /// What `expression` took; null if it was never evaluated.
  QueryPlan.@Nullable Cost cost(Expr expression) {
    Measure measure = measures.get(expression);
    if (measure == null || (measure.runs == 0 && measure.cachedSteps == 0)) {
      return null;
    }
    return new QueryPlan.Cost(
        measure.runs,
        measure.steps,
        measure.selected,
        measure.series,
        measure.samples,
        measure.samples * SAMPLE_BYTES,
        measure.cachedSteps,
        measure.selfNs,
        measure.totalNs);
  }
}
