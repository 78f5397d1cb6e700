package dev.mangru.tsdb.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.tsdb.peer.DifferentialQueries.Query;
import java.util.List;
import org.junit.jupiter.api.Test;

class DifferentialQueriesTest {

  @Test
  void templates_become_one_query_for_each_variant() {
    List<Query> queries =
        DifferentialQueries.parse(
            """
            # - query: 'not this'
            test_cases:
              - query: '{{.topBottomOp}}(1, x offset {{.offset}})'
                variant_args: ['topBottomOp', 'offset']
              - # a comment
                query: -1 ^ 2
              - query: "y"
                should_fail: true
            """);

    assertThat(queries).hasSize(8);
    assertThat(queries).element(0).isEqualTo(new Query("topk(1, x offset 1m)", false));
    assertThat(queries).element(5).isEqualTo(new Query("bottomk(1, x offset 10m)", false));
    assertThat(queries).endsWith(new Query("-1 ^ 2", false), new Query("y", true));
  }

  @Test
  void an_unknown_variant_is_an_error() {
    String yaml = "test_cases:\n  - query: '{{.nope}}'\n    variant_args: ['nope']\n";

    assertThatThrownBy(() -> DifferentialQueries.parse(yaml)).hasMessageContaining("nope");
  }
}
