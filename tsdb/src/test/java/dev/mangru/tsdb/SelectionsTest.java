package dev.mangru.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.tsdb.head.SeriesTable;
import dev.mangru.tsdb.index.SeriesView;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionsTest {

  private static final List<LabelMatcher> UP = List.of(LabelMatcher.equal("__name__", "up"));

  private final SeriesTable table = new SeriesTable();
  private final Selections selections = new Selections(1 << 20);

  private void add(String name, String job) {
    table.findOrAdd(Labels.of("__name__", name, "job", job));
  }

  private Selections.Sorted select(SeriesView view) {
    Selections.Sorted found = selections.find(view, UP);
    return found != null ? found : selections.add(view, UP, view.select(UP).toArray());
  }

  @Test
  void series_that_came_since_are_sorted_in() {
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
    assertThat(selections.find(table.view(), UP)).isSameAs(after);
    assertThat(selections.find(before, UP)).isNull();
  }

  @Test
  void another_operator_or_value_is_another_selection() {
    add("up", "a");
    select(table.view());
    LabelMatcher not = LabelMatcher.of(LabelMatcher.Operator.NOT_EQUAL, "__name__", "up");
    assertThat(selections.find(table.view(), List.of(not))).isNull();
    assertThat(selections.find(table.view(), List.of(LabelMatcher.equal("__name__", "u"))))
        .isNull();
    assertThat(selections.find(table.view(), List.of())).isNull();
  }

  @Test
  void an_index_without_dropped_series_begins_anew() {
    add("up", "a");
    add("up", "b");
    select(table.view());
    assertThat(table.retainOnly(ref -> ref == 1)).isOne();
    assertThat(selections.find(table.view(), UP)).isNull();
    assertThat(select(table.view()).refs()).containsExactly(1);
  }

  @Test
  void what_was_not_used_for_longest_goes_when_there_is_too_much() {
    Selections small = new Selections(1_000);
    for (int i = 0; i < 20; i++) {
      add("up", "job" + i);
    }
    SeriesView view = table.view();
    for (int i = 0; i < 20; i++) {
      List<LabelMatcher> one = List.of(LabelMatcher.equal("job", "job" + i));
      small.add(view, one, view.select(one).toArray());
      assertThat(small.bytes()).isPositive().isLessThanOrEqualTo(1_000);
      assertThat(small.find(view, one)).isNotNull();
    }
    assertThat(small.find(view, List.of(LabelMatcher.equal("job", "job0")))).isNull();
    small.add(view, UP, view.select(UP).toArray());
    assertThat(small.find(view, UP)).as("more than may be kept").isNull();
  }
}
