package dev.mangru.collector.conformance;

import dev.mangru.collector.scrape.ExpositionException;
import dev.mangru.collector.scrape.ExpositionSink;
import dev.mangru.collector.scrape.OpenMetricsParser;
import dev.mangru.collector.scrape.PrometheusTextParser;
import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The cases of the exposition formats: the OpenMetrics suite for the strict parser, the text
/// format's good and bad pages for its strict parser, and the scraping parsers' errors word for
/// word. Thread-safe.
///
/// A page `*.om.txt` among the text pages is OpenMetrics as a real client wrote it, with a sum
/// beside buckets below 0, which the specification forbids; the scraping parser reads it.
///
/// | folder or file | case | passes when |
/// | --- | --- | --- |
/// | `openmetrics/NAME/` | `test.json` and the page it names | accepted as `shouldParse` says |
/// | `prometheus_text/` | `ok_*`, `bad_*` | accepted as the name says |
/// | `errors_*.jsonl` | one object a line | accepted as `ok` says, and the error text is equal |
public final class ExpositionConformance implements ConformanceArea {

  private static final ExpositionSink NOWHERE = (_, _, _) -> {};

  private final JsonMapper json = JsonMapper.builder().build();

  @Override
  public String name() {
    return "exposition";
  }

  @Override
  public void run(Path folder, ConformanceReport report) throws IOException {
    for (Path entry : sorted(folder)) {
      String file = entry.getFileName().toString();
      if (file.equals("openmetrics")) {
        for (Path folderOfCase : sorted(entry)) {
          openMetricsCase(folderOfCase, report);
        }
      } else if (file.equals("prometheus_text")) {
        for (Path page : sorted(entry)) {
          textCase(page, report);
        }
      } else if (file.startsWith("errors_") && file.endsWith(".jsonl")) {
        errorCases(entry, report);
      } else {
        report.skip("exposition/" + file + ": no runner for this entry", 1);
      }
    }
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  private void openMetricsCase(Path folder, ConformanceReport report) throws IOException {
    String where = "openmetrics/" + folder.getFileName();
    JsonNode test = json(Files.readString(folder.resolve("test.json")), where);
    byte[] page = Files.readAllBytes(folder.resolve(test.path("file").asString("metrics")));
    boolean wanted = test.path("shouldParse").asBoolean();
    judge(where, wanted, null, error(() -> OpenMetricsParser.strict(page, NOWHERE)), report);
  }

  private static void textCase(Path file, ConformanceReport report) throws IOException {
    String name = file.getFileName().toString();
    byte[] page = Files.readAllBytes(file);
    Parse parse =
        name.endsWith(".om.txt")
            ? () -> OpenMetricsParser.scrape(page, NOWHERE)
            : () -> PrometheusTextParser.strict(page, NOWHERE);
    judge("prometheus_text/" + name, name.startsWith("ok_"), null, error(parse), report);
  }

  private void errorCases(Path file, ConformanceReport report) throws IOException {
    int line = 0;
    for (String text : Files.readAllLines(file)) {
      line++;
      if (text.isBlank()) {
        continue;
      }
      String where = file.getFileName() + ":" + line;
      JsonNode test = json(text, where);
      byte[] page = test.path("input_latin1").asString().getBytes(StandardCharsets.ISO_8859_1);
      String format = test.path("format").asString();
      Parse parse =
          switch (format) {
            case "prometheus" -> () -> PrometheusTextParser.scrape(page, NOWHERE);
            case "openmetrics" -> () -> OpenMetricsParser.scrape(page, NOWHERE);
            default -> null;
          };
      if (parse == null) {
        report.skip(where + ": no parser for the format \"" + format + "\"", 1);
        continue;
      }
      JsonNode words = test.path("error");
      judge(
          where,
          test.path("ok").asBoolean(),
          words.isString() ? words.asString() : null,
          error(parse),
          report);
    }
  }

  private JsonNode json(String text, String where) throws IOException {
    try {
      return json.readTree(text);
    } catch (JacksonException e) {
      throw new IOException(where + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void judge(
      String where,
      boolean wanted,
      @Nullable String words,
      @Nullable String error,
      ConformanceReport report) {
    boolean sameVerdict = wanted == (error == null);
    if (sameVerdict && (words == null || words.equals(error))) {
      report.pass();
    } else {
      report.fail(
          where,
          wanted ? "accepted" : "refused" + (words == null ? "" : ": " + words),
          error == null ? "accepted" : "refused: " + error);
    }
  }

  /// The error's words, or null when the page was accepted.
  private static @Nullable String error(Parse parse) {
    try {
      parse.run();
      return null;
    } catch (ExpositionException e) {
      return e.text();
    }
  }

  private interface Parse {
    void run() throws ExpositionException;
  }
}
