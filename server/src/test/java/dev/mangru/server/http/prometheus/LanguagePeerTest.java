package dev.mangru.server.http.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import dev.mangru.server.testkit.PrometheusPeer;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.promql.PromqlPrinter;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `/api/v1/parse_query` and `/api/v1/format_query` say of an expression, against a real
/// Prometheus, letter by letter.
@EnabledIfEnvironmentVariable(
    named = "MANGRU_PEERS",
    matches = ".+",
    disabledReason = "set MANGRU_PEERS to a folder with usr/bin/prometheus")
final class LanguagePeerTest {

  private static final JsonMapper JSON = new JsonMapper();

  private static final Pattern EVAL =
      Pattern.compile(
          "^eval(?:_\\w+)?\\s+(?:instant\\s+at\\s+\\S+|range\\s+from\\s+.+?\\s+to\\s+.+?\\s+step\\s+\\S+)"
              + "\\s+(.+)$");

  /// What Prometheus 3.5 does not know, or does not tell apart, and later versions do: new words,
  /// arithmetic of durations, and in printing `ignoring ()` before `group_left`.
  private static final Pattern LATER =
      Pattern.compile(
          "(?i)\\b(anchored|smoothed|fill|fill_left|fill_right|start_timestamp|histogram_quantiles"
              + "|ts_of_first_over_time|first_over_time|step|range|start|end|min_of|max_of)\\b"
              + "|</|>/|offset\\s*[-+]?\\s*\\(|\\[[^\\]]*[-+*/%^(]|ignoring\\s*\\(\\)\\s*group");

  private static final PromqlOptions OPTIONS = PromqlOptions.everything();

  @TempDir static Path folder;
  private static PrometheusPeer peer;

  @BeforeAll
  static void start() throws Exception {
    peer =
        new PrometheusPeer(
            folder, "promql-experimental-functions,promql-duration-expr", "global: {}\n");
  }

  @AfterAll
  static void stop() {
    peer.close();
  }

  @Test
  void every_expression_of_the_corpus_is_told_as_prometheus_tells_it() throws Exception {
    String corpus = System.getenv("MANGRU_CONFORMANCE");
    org.junit.jupiter.api.Assumptions.assumeTrue(corpus != null, "needs MANGRU_CONFORMANCE");
    Set<String> expressions = new LinkedHashSet<>();
    Path promql = Path.of(corpus, "promql");
    try (Stream<Path> scripts = Files.list(promql)) {
      for (Path script : scripts.filter(file -> file.toString().endsWith(".test")).toList()) {
        for (String line : Files.readAllLines(script)) {
          Matcher eval = EVAL.matcher(line.trim());
          if (eval.matches()) {
            expressions.add(eval.group(1));
          }
        }
      }
    }
    for (String table : List.of("expr", "print", "pretty")) {
      for (String line : Files.readAllLines(promql.resolve("parser/" + table + ".jsonl"))) {
        JsonNode row = JSON.readTree(line);
        expressions.add(row.path(row.has("expr") ? "expr" : "in").asString());
      }
    }
    assertThat(expressions).hasSizeGreaterThan(1000);
    compareAll(expressions, 0.8);
  }

  @Test
  void every_function_is_told_as_prometheus_tells_it() throws Exception {
    List<String> expressions = new ArrayList<>();
    for (dev.mangru.tsdb.promql.Function function : dev.mangru.tsdb.promql.Function.values()) {
      List<String> arguments =
          function.arguments().stream()
              .limit(function.arguments().size() - (function.variadic() == 0 ? 0 : 1))
              .map(type ->
                  switch (type) {
                    case SCALAR -> "1";
                    case VECTOR -> "a";
                    case MATRIX -> "a[5m]";
                    case STRING -> "\"x\"";
                  })
              .toList();
      expressions.add(function.text() + "(" + String.join(", ", arguments) + ")");
    }
    compareAll(expressions, 0.7);
  }

  @Seeds(300)
  void random_expressions_are_told_as_prometheus_tells_them(long seed) throws Exception {
    RandomPromql random = new RandomPromql(new Random(seed));
    List<String> expressions = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      expressions.add(random.expression(2 + i));
    }
    compareAll(expressions, 0.9);
  }

  /// @param least share of them that both take
  private static void compareAll(Iterable<String> expressions, double least)
      throws IOException, InterruptedException {
    List<String> differences = new ArrayList<>();
    int taken = 0;
    int all = 0;
    for (String expression : expressions) {
      all++;
      HttpResponse<String> ast = peer.form("/api/v1/parse_query", "query", expression);
      HttpResponse<String> pretty = peer.form("/api/v1/format_query", "query", expression);
      PromqlParser.Outcome outcome = PromqlParser.tryParse(expression, OPTIONS);
      boolean later = LATER.matcher(expression).find();
      if (outcome.expression().isEmpty() || ast.statusCode() != 200) {
        boolean agree = outcome.expression().isEmpty() && ast.statusCode() != 200;
        if (!agree && !later && !quirk(expression)) {
          differences.add(expression + "\n    " + ast.body() + "\n    " + outcome.errors());
        }
        taken += agree ? 1 : 0;
        continue;
      }
      if (later && !expression.contains("@")) {
        continue;
      }
      Expr parsed = outcome.expression().get();
      taken++;
      compare(expression, ast.body(), AstJson.of(parsed), differences);
      compare(expression, pretty.body(), GoJson.quoted(PromqlPrinter.pretty(parsed)), differences);
    }
    assertThat(differences).isEmpty();
    assertThat((double) taken / all).isGreaterThan(least);
  }

  /// Prometheus 3.5 takes a letter for the colon of a subquery, which later versions do not; and a
  /// byte that is no UTF-8 does not survive a form.
  private static boolean quirk(String expression) {
    return expression.matches("foo\\[5s [a-z] 5s\\]")
        || expression.codePoints().anyMatch(c -> c >= 0xDC80 && c <= 0xDCFF);
  }

  private static void compare(
      String expression, String theirs, String data, List<String> differences) {
    String ours = "{\"status\":\"success\",\"data\":" + data + "}";
    if (!theirs.equals(ours)) {
      differences.add(expression + "\n    theirs " + theirs + "\n    ours   " + ours);
    }
  }
}
