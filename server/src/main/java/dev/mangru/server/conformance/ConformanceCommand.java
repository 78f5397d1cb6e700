package dev.mangru.server.conformance;

import dev.mangru.alerts.conformance.AlertmanagerConformance;
import dev.mangru.alerts.conformance.RulesConformance;
import dev.mangru.autoscaler.conformance.ClusterAutoscalerConformance;
import dev.mangru.autoscaler.conformance.HpaConformance;
import dev.mangru.collector.conformance.ExpositionConformance;
import dev.mangru.server.conformance.http.HttpConformance;
import dev.mangru.tsdb.conformance.PromqlConformance;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mangru conformance [DIR]`: runs the corpora of a folder, prints one line for each area, and
/// writes the failing cases into a report file. Exit status 1 if a case failed.
@Command(
    name = "conformance",
    description = "Run the ecosystem's conformance cases of a folder.",
    mixinStandardHelpOptions = true)
public final class ConformanceCommand implements Callable<Integer> {

  private static final String FOLDER_VARIABLE = "MANGRU_CONFORMANCE";

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIR",
      description = "Folder with one subfolder for each area; default: $" + FOLDER_VARIABLE + ".")
  private @Nullable Path folder;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Where the failing cases go; default: ${DEFAULT-VALUE}.",
      defaultValue = "conformance-report.txt")
  private Path reportFile = Path.of("conformance-report.txt");

  @Override
  public Integer call() throws IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    Path corpus = folder;
    String variable = System.getenv(FOLDER_VARIABLE);
    if (corpus == null && variable != null && !variable.isBlank()) {
      corpus = Path.of(variable);
    }
    if (corpus == null) {
      throw new ParameterException(
          command.commandLine(),
          "no corpus folder: name one, or set the environment variable " + FOLDER_VARIABLE);
    }
    if (!Files.isDirectory(corpus)) {
      throw new ParameterException(
          command.commandLine(), "the corpus folder is not there: " + corpus);
    }
    ConformanceRun run =
        new ConformanceRun(
            List.of(
                new PromqlConformance(),
                new ExpositionConformance(),
                new RulesConformance(new TsdbRuleTestKit()),
                new AlertmanagerConformance(),
                new HpaConformance(),
                new ClusterAutoscalerConformance(),
                new HttpConformance(Clock.systemUTC())));
    List<ConformanceRun.Outcome> outcomes = run.run(corpus);
    outcomes.forEach(outcome -> out.println(ConformanceRun.line(outcome)));
    try (PrintWriter report =
        new PrintWriter(Files.newBufferedWriter(reportFile, StandardCharsets.UTF_8))) {
      ConformanceRun.writeReport(outcomes, report);
    }
    boolean failed = outcomes.stream().anyMatch(o -> !o.report().failures().isEmpty());
    out.println("report: " + reportFile.toAbsolutePath());
    out.flush();
    return failed ? 1 : 0;
  }
}
