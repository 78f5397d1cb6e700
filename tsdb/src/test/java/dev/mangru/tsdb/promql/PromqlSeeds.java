package dev.mangru.tsdb.promql;

import java.util.List;

/// Expressions that between them have every part of the language.
final class PromqlSeeds {

  static final List<String> TEXTS =
      List.of(
          "1",
          "-1^2",
          "\"a\\n\\x41\\u00e9\"",
          "'b' # comment",
          "`raw`",
          "0x1F",
          "1_000e3",
          "+Inf",
          "5m30s",
          "foo",
          "foo{a=\"b\",c!=\"d\",e=~\"f.*|g\",h!~\"\"}",
          "{\"a.b\",\"c d\"=\"e\"}",
          "foo[5m] offset -1h @ 1700000000",
          "foo @ start() offset 5m",
          "rate(foo_total[5m:15s])",
          "max_over_time(rate(foo_total[1m])[10m:])",
          "sum by (a, \"b c\") (foo)",
          "avg without (a) (foo) > bool 0",
          "topk(3, foo)",
          "quantile by (a) (0.9, foo)",
          "count_values(\"v\", foo)",
          "limitk(2, foo) or limit_ratio(-0.5, foo)",
          "foo * on (a) group_left (b) bar",
          "foo / ignoring (a, b) group_right () bar",
          "foo and on () bar unless baz or vector(1)",
          "foo + fill(0) bar",
          "foo == fill_left(1) fill_right(2) bar",
          "foo atan2 bar % 3 ^ 2",
          "(h_exp) >/ 1 </ 2",
          "histogram_quantile(0.9, sum by (le) (rate(foo_bucket[5m])))",
          "histogram_quantiles(hist, \"q\", 0.5, 0.9)",
          "histogram_fraction(0, 1, hist)",
          "label_replace(foo, \"x\", \"$1-${y}\", \"a\", \"(.*)(?P<y>b?)\")",
          "label_join(foo, \"x\", \"-\", \"a\", \"b\")",
          "absent(foo{a=\"b\"})",
          "absent_over_time(foo[5m])",
          "predict_linear(foo[1h], 3600)",
          "quantile_over_time(0.5, foo[5m])",
          "double_exponential_smoothing(foo[5m], 0.5, 0.5)",
          "info(foo, {job=~\".+\"})",
          "sort_by_label_desc(foo, \"a\", \"b\")",
          "clamp(foo, 0, 10)",
          "round(foo, 0.1)",
          "day_of_week(vector(time()))",
          "scalar(foo) + pi()",
          "increase(foo[5m] anchored)",
          "rate(foo[5m] smoothed)",
          "foo[step() + 1s:5m * 2]",
          "foo offset (1h - range() / 2)",
          "foo[max(step(), 5s)]",
          "mad_over_time(foo[5m])",
          "ts_of_max_over_time(foo[5m])",
          "timestamp(foo) - start_timestamp(foo)",
          "-foo + -(-foo)",
          "sum(sum(sum(foo) by (a)) by (a))",
          "by{by=\"by\"} / offset",
          "min_of(1, 2) + max_of(time(), 3)");

  private PromqlSeeds() {}
}
