package dev.mangru.server.cli;

import dev.mangru.alerts.rule.NameValidation;
import dev.mangru.alerts.rule.RuleFile;
import dev.mangru.alerts.rule.RuleFileParser;
import dev.mangru.alerts.unit.RuleTestKit;
import dev.mangru.alerts.unit.RuleTestOptions;
import dev.mangru.alerts.unit.RuleTestResult;
import dev.mangru.alerts.unit.RuleTests;
import dev.mangru.server.conformance.TsdbRuleTestKit;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mangru rules check FILE…` and `mangru rules test FILE…`: what `promtool check rules` and
/// `promtool test rules` do, with every error's line and column. Exit status 1 if something is
/// wrong.
@Command(
    name = "rules",
    description = "Check rule files, or run unit tests of rules.",
    mixinStandardHelpOptions = true)
public final class RulesCommand {

  private static final String FEATURE = "--enable-feature";
  private static final String FEATURE_TEXT =
      "Parts of PromQL to switch on, by Prometheus' names; may be repeated.";

  @Spec private @Nullable CommandSpec spec;

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  /// Checks rule files.
  @Command(
      name = "check",
      description = "Check rule files; print each error as FILE:LINE:COLUMN.",
      mixinStandardHelpOptions = true)
  public int check(
      @Option(names = "--ignore-unknown-fields", description = "Pass over unknown fields.")
          boolean ignoreUnknownFields,
      @Option(names = FEATURE, split = ",", paramLabel = "NAME", description = FEATURE_TEXT)
          @Nullable List<String> features,
      @Parameters(arity = "1..*", paramLabel = "FILE") List<Path> files) {
    PromqlOptions language = PromqlOptions.of(PromqlFeature.of(flags(features)));
    RuleTestKit kit = new TsdbRuleTestKit();
    RuleFileParser parser =
        new RuleFileParser(
            expression -> {
              var _ = PromqlParser.parse(expression, language);
            },
            kit.templates(),
            NameValidation.UTF8,
            ignoreUnknownFields);
    boolean sound = true;
    for (Path file : files) {
      String text = text(file);
      if (text == null) {
        sound = false;
        continue;
      }
      switch (parser.parse(file.toString(), text)) {
        case RuleFile.Outcome.Parsed parsed -> {
          parsed.warnings().forEach(warning -> out().println(file + ":" + warning));
          int rules =
              parsed.rules().groups().stream().mapToInt(group -> group.rules().size()).sum();
          out()
              .println(
                  file
                      + ": "
                      + count(parsed.rules().groups().size(), "group")
                      + ", "
                      + count(rules, "rule"));
        }
        case RuleFile.Outcome.Refused refused -> {
          sound = false;
          refused.errors().forEach(error -> out().println(file + ":" + error));
        }
      }
    }
    out().flush();
    return sound ? 0 : 1;
  }

  /// The text of a file; null, and said so, if it cannot be read.
  private @Nullable String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException _) {
      out().println(file + ": the file is not there");
    } catch (CharacterCodingException _) {
      out().println(file + ": the file is not UTF-8");
    } catch (IOException e) {
      out().println(file + ": the file cannot be read: " + e.getMessage());
    }
    return null;
  }

  /// The names, all of them known.
  private List<String> flags(@Nullable List<String> names) {
    List<String> flags = names == null ? List.of() : names;
    try {
      var _ = PromqlFeature.of(flags);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), FEATURE + ": " + e.getMessage(), e);
    }
    return flags;
  }

  private static String count(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /// Runs unit tests.
  @Command(
      name = "test",
      description = "Run unit tests of rules in promtool's format.",
      mixinStandardHelpOptions = true)
  public int test(
      @Option(
              names = "--run",
              paramLabel = "REGEX",
              description = "Only groups of tests whose name matches; may be repeated.")
          @Nullable List<String> run,
      @Option(names = "--ignore-unknown-fields", description = "Pass over unknown fields.")
          boolean ignoreUnknownFields,
      @Option(names = FEATURE, split = ",", paramLabel = "NAME", description = FEATURE_TEXT)
          @Nullable List<String> features,
      @Parameters(arity = "1..*", paramLabel = "FILE") List<Path> files)
      throws IOException {
    Set<String> language = new HashSet<>(RuleTestOptions.USUAL_FEATURES);
    language.addAll(flags(features));
    RuleTestOptions options =
        new RuleTestOptions(run == null ? new ArrayList<>() : run, ignoreUnknownFields, language);
    boolean passed = true;
    for (Path file : files) {
      if (text(file) == null) {
        passed = false;
        continue;
      }
      RuleTestResult result = new RuleTests(new TsdbRuleTestKit(), options).run(file);
      passed &= result.passed();
      out()
          .println(
              file
                  + ": "
                  + (result.passed() ? "SUCCESS" : "FAILED")
                  + ", "
                  + count(result.groups(), "group")
                  + ", "
                  + count(result.checks(), "check"));
      result
          .failures()
          .forEach(failure -> out().println(("- " + failure).indent(2).stripTrailing()));
    }
    out().flush();
    return passed ? 0 : 1;
  }
}
