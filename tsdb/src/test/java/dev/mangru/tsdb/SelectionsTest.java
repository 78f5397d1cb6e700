package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.QueryGuard;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.index.SeriesView;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionsTest {

  private static final List<LabelMatcher> UP = List.of(LabelMatcher.equal("__name__", "up"));

  private static final List<StoreFile.Block> NONE = List.of();

  private final SeriesTable table = new SeriesTable();
  private final Selections selections = new Selections(1 << 20);

  private void add(String name, String job) {
    table.findOrAdd(Labels.of("__name__", name, "job", job));
  }

  private static Selections.Sorted add(
      Selections selections, SeriesView view, List<LabelMatcher> matchers) throws IOException {
    return selections.add(
        view, matchers, view.select(matchers).toArray(), NONE, new int[0][], QueryGuard.NONE);
  }

  private Selections.Sorted select(SeriesView view) throws IOException {
    Selections.Sorted found = selections.find(view, UP, NONE);
    return found != null ? found : add(selections, view, UP);
  }

  @Test
  void series_that_came_since_are_sorted_in() throws IOException {
    add("up", "m");
    add("up", "c");
    add("down", "a");
    assertThat(select(table.view()).refs()).containsExactly(1, 0);
    SeriesView before = table.view();
    add("up", "a");
    add("up", "z");
    add("up", "d");
    Selections.Sorted after = select(table.view());
    assertThat(after.refs()).containsExactly(3, 1, 5, 0, 4);
    assertThat(after.labels())
        .extracting(l -> l.get("job"))
        .containsExactly("a", "c", "d", "m", "z");
    assertThat(selections.find(table.view(), UP, NONE)).isSameAs(after);
    assertThat(selections.find(before, UP, NONE)).isNull();
  }

  @Test
  void another_operator_or_value_is_another_selection() throws IOException {
    add("up", "a");
    select(table.view());
    LabelMatcher not = LabelMatcher.of(LabelMatcher.Operator.NOT_EQUAL, "__name__", "up");
    assertThat(selections.find(table.view(), List.of(not), NONE)).isNull();
    assertThat(selections.find(table.view(), List.of(LabelMatcher.equal("__name__", "u")), NONE))
        .isNull();
    assertThat(selections.find(table.view(), List.of(), NONE)).isNull();
  }

  @Test
  void an_index_without_dropped_series_begins_anew() throws IOException {
    add("up", "a");
    add("up", "b");
    select(table.view());
    assertThat(table.retainOnly(ref -> ref == 1)).isOne();
    assertThat(selections.find(table.view(), UP, NONE)).isNull();
    assertThat(select(table.view()).refs()).containsExactly(1);
  }

  @Test
  void what_was_not_used_for_longest_goes_when_there_is_too_much() throws IOException {
    Selections small = new Selections(1_000);
    for (int i = 0; i < 20; i++) {
      add("up", "job" + i);
    }
    SeriesView view = table.view();
    for (int i = 0; i < 20; i++) {
      List<LabelMatcher> one = List.of(LabelMatcher.equal("job", "job" + i));
      add(small, view, one);
      assertThat(small.bytes()).isPositive().isLessThanOrEqualTo(1_000);
      assertThat(small.find(view, one, NONE)).isNotNull();
    }
    assertThat(small.find(view, List.of(LabelMatcher.equal("job", "job0")), NONE)).isNull();
    add(small, view, UP);
    assertThat(small.find(view, UP, NONE)).as("more than may be kept").isNull();
  }
}
