package dev.mangru.alerts.unit;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.mangru.alerts.rule.NameValidation;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileError;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.rule.RuleGroup;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Runs files of unit tests for rules, as `promtool test rules` does. Thread-safe.
public final class RuleTests {

  /// Largest file that is read, in bytes.
  private static final long MAX_FILE_BYTES = 64L << 20;

  private final RuleTestKit kit;
  private final RuleTestOptions options;

  /// A runner.
  public RuleTests(RuleTestKit kit, RuleTestOptions options) {
    this.kit = kit;
    this.options = options;
  }

  /// Runs one file.
  ///
  /// @throws IOException if it, or a rule file it names, cannot be read
  public RuleTestResult run(Path file) throws IOException {
    RuleTestFile.Read read = RuleTestFile.read(text(file));
    RuleTestFile tests = read.file();
    if (tests == null) {
      return failed(read.errors().stream().map(RuleFileError::toString).toList());
    }
    List<Pattern> wanted = new ArrayList<>();
    for (String pattern : options.run()) {
      try {
        wanted.add(Pattern.compile(pattern));
      } catch (PatternSyntaxException e) {
        return failed(List.of("not a regular expression: " + pattern + ": " + e.getDescription()));
      }
    }
    List<String> failures = new ArrayList<>();
    List<RuleFile.Outcome> rules = rules(file, tests, failures);
    if (!failures.isEmpty()) {
      return failed(failures);
    }
    int groups = 0;
    int checks = 0;
    for (RuleTestFile.Group group : tests.groups()) {
      boolean runs =
          wanted.isEmpty()
              || wanted.stream().anyMatch(pattern -> pattern.matcher(group.name()).find());
      if (runs) {
        RuleTestRun run = new RuleTestRun(kit, options, tests, group, rules);
        run.run();
        groups++;
        checks += run.checks();
        String prefix = group.name().isEmpty() ? "" : group.name() + ": ";
        run.failures().forEach(failure -> failures.add(prefix + failure));
      }
    }
    return new RuleTestResult(groups, checks, failures);
  }

  private static RuleTestResult failed(List<String> failures) {
    return new RuleTestResult(0, 0, failures);
  }

  /// One outcome for each group, in the order of evaluation.
  private List<RuleFile.Outcome> rules(Path file, RuleTestFile tests, List<String> failures)
      throws IOException {
    record Found(String file, RuleGroup group) {}

    RuleFileParser parser =
        new RuleFileParser(
            kit.expressions(), kit.templates(), NameValidation.UTF8, options.ignoreUnknownFields());
    List<Found> found = new ArrayList<>();
    for (String pattern : tests.ruleFiles()) {
      for (Path path : matching(file, pattern)) {
        switch (parser.parse(path.toString(), text(path))) {
          case RuleFile.Outcome.Parsed parsed ->
              parsed.rules().groups().forEach(group -> found.add(new Found(parsed.file(), group)));
          case RuleFile.Outcome.Refused refused ->
              refused.errors().forEach(error -> failures.add(path.getFileName() + ":" + error));
        }
      }
    }
    List<String> order = tests.groupEvalOrder();
    // Groups that the order does not name come first, as upstream has it.
    found.sort(Comparator.comparingInt(each -> Math.max(0, order.indexOf(each.group().name()))));
    List<RuleFile.Outcome> outcomes = new ArrayList<>();
    for (Found each : found) {
      outcomes.add(
          new RuleFile.Outcome.Parsed(new RuleFile(each.file(), List.of(each.group())), List.of()));
    }
    return outcomes;
  }

  /// The files that a pattern names, relative to the folder of `file`.
  private static List<Path> matching(Path file, String pattern) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path path = folder == null ? Path.of(pattern) : folder.resolve(pattern);
    boolean glob = pattern.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    if (!glob) {
      return List.of(path.normalize());
    }
    Path parent = path.getParent();
    List<Path> matching = new ArrayList<>();
    if (parent != null && Files.isDirectory(parent)) {
      try (DirectoryStream<Path> entries =
          Files.newDirectoryStream(parent, path.getFileName().toString())) {
        entries.forEach(matching::add);
      }
    }
    matching.sort(Comparator.naturalOrder());
    return matching;
  }

  private static String text(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes > MAX_FILE_BYTES) {
      throw new IOException(file + " has " + bytes + " bytes, more than " + MAX_FILE_BYTES);
    }
    return Files.readString(file);
  }
}
