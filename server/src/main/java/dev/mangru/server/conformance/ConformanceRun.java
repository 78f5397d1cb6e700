package dev.mangru.server.conformance;

import dev.mangru.model.conformance.ConformanceArea;
import dev.mangru.model.conformance.ConformanceReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Runs every area of a corpus folder and writes down what became of each case.
///
/// The folder has one subfolder for each area. One that no module has a runner for is reported as
/// skipped, with the number of its cases.
final class ConformanceRun {

  /// What became of one area.
  record Outcome(String area, ConformanceReport report) {}

  private final List<ConformanceArea> areas;

  ConformanceRun(List<ConformanceArea> areas) {
    this.areas = List.copyOf(areas);
  }

  /// Runs the areas of `folder` in alphabetical order.
  List<Outcome> run(Path folder) throws IOException {
    List<Path> subfolders;
    try (Stream<Path> entries = Files.list(folder)) {
      subfolders = entries.filter(Files::isDirectory).sorted().toList();
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (Path subfolder : subfolders) {
      String name = subfolder.getFileName().toString();
      ConformanceReport report = new ConformanceReport();
      Optional<ConformanceArea> area =
          areas.stream().filter(candidate -> candidate.name().equals(name)).findFirst();
      if (area.isPresent()) {
        area.get().run(subfolder, report);
      } else {
        report.skip("no runner for this area yet", countCases(subfolder));
      }
      outcomes.add(new Outcome(name, report));
    }
    return outcomes;
  }

  /// Prints `AREA: N passed, N failed, N skipped`.
  static String line(Outcome outcome) {
    ConformanceReport report = outcome.report();
    return "%s: %d passed, %d failed, %d skipped"
        .formatted(outcome.area(), report.passed(), report.failures().size(), report.skipped());
  }

  /// Writes every failure with what was expected and what came, and every reason for skipping.
  static void writeReport(List<Outcome> outcomes, PrintWriter out) {
    for (Outcome outcome : outcomes) {
      out.println(line(outcome));
      for (ConformanceReport.Skip skip : outcome.report().skips()) {
        out.println("  skipped " + skip.count() + ": " + skip.reason());
      }
      for (ConformanceReport.Failure failure : outcome.report().failures()) {
        out.println("  FAILED " + failure.where());
        out.println("    expected: " + failure.expected().replace("\n", "\n              "));
        out.println("    got:      " + failure.got().replace("\n", "\n              "));
      }
    }
  }

  /// A line of a `.jsonl` file is a case, and so is any other data file.
  private static int countCases(Path folder) throws IOException {
    int cases = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".jsonl")) {
          try (Stream<String> lines = Files.lines(file)) {
            cases += (int) lines.filter(line -> !line.isBlank()).count();
          }
        } else if (!name.endsWith(".md")) {
          cases++;
        }
      }
    }
    return cases;
  }
}
