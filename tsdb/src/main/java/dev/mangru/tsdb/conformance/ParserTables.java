package dev.mangru.tsdb.conformance;

import dev.mangru.model.conformance.ConformanceReport;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.promql.PromqlPrinter;
import dev.mangru.tsdb.promql.SyntaxError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs the tables of expressions. Confined to one thread.
final class ParserTables {

  private final JsonMapper json = JsonMapper.builder().build();
  private final ConformanceReport report;

  ParserTables(ConformanceReport report) {
    this.report = report;
  }

  void run(Path table) throws IOException {
    String name = String.valueOf(table.getFileName());
    List<String> lines = Files.readAllLines(table);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isBlank()) {
        continue;
      }
      JsonNode row = json.readTree(lines.get(i));
      String where = "parser/" + name + ":" + (i + 1);
      switch (name) {
        case "expr.jsonl" -> expression(where, row);
        case "series.jsonl" -> series(where, row);
        case "print.jsonl" -> printed(where, row, expr -> PromqlPrinter.print(expr));
        case "pretty.jsonl" ->
            printed(where, row, expr -> PromqlPrinter.pretty(expr, row.get("width").asInt()));
        default -> report.skip("no runner for the table " + name, 1);
      }
    }
  }

  private void expression(String where, JsonNode row) {
    String text = row.get("expr").asString();
    PromqlParser.Outcome outcome =
        PromqlParser.tryParse(
            text, PromqlOptions.everything().with(PromqlFeature.FILL_MODIFIERS, false));
    boolean ok = row.get("ok").asBoolean();
    if (ok != outcome.errors().isEmpty()) {
      report.fail(
          where + ": " + text, ok ? "parses" : "does not parse", outcome.errors().toString());
      return;
    }
    JsonNode errors = row.get("errors");
    if (ok || errors == null || errors.isEmpty()) {
      report.pass();
      return;
    }
    check(where, text, errors.get(0), outcome.errors().getFirst());
  }

  /// The first error is the one that users see.
  private void check(String where, String text, JsonNode expected, SyntaxError got) {
    JsonNode message = expected.get("msg");
    boolean sameText =
        message == null || message.isNull() || message.asString().equals(got.message());
    boolean samePlace =
        expected.get("start").asInt() == got.startByte(text)
            && expected.get("end").asInt() == got.endByte(text);
    if (sameText && samePlace) {
      report.pass();
    } else {
      report.fail(
          where + ": " + text,
          expected.toString(),
          got.startByte(text) + "-" + got.endByte(text) + " " + got.message());
    }
  }

  private interface Printer {
    String print(Expr expression);
  }

  private void printed(String where, JsonNode row, Printer printer) {
    String text = row.get("in").asString();
    String expected = row.get("out").asString();
    PromqlParser.Outcome outcome = PromqlParser.tryParse(text, PromqlOptions.everything());
    String got = outcome.expression().map(printer::print).orElse(outcome.errors().toString());
    if (got.equals(expected)) {
      report.pass();
    } else {
      report.fail(where + ": " + text, expected, got);
    }
  }

  private void series(String where, JsonNode row) {
    String text = row.get("input").asString();
    boolean ok = row.get("ok").asBoolean();
    SeriesNotation.Line line;
    try {
      line = SeriesNotation.parse(text);
    } catch (IllegalArgumentException e) {
      if (ok) {
        report.fail(where + ": " + text, "parses", String.valueOf(e.getMessage()));
      } else {
        report.pass();
      }
      return;
    }
    if (!ok) {
      report.fail(where + ": " + text, "does not parse", line.toString());
      return;
    }
    if (line.histograms()) {
      report.pass(); // the table does not say what they are
      return;
    }
    List<@Nullable Double> values = line.values();
    List<@Nullable Double> expected = new ArrayList<>();
    JsonNode wanted = row.get("values");
    for (int i = 0; wanted != null && i < wanted.size(); i++) {
      String value = wanted.get(i).asString();
      expected.add(value.equals("_") ? null : (Double) SeriesNotation.number(value));
    }
    if (expected.equals(values)) {
      report.pass();
    } else {
      report.fail(where + ": " + text, expected.toString(), values.toString());
    }
  }
}
