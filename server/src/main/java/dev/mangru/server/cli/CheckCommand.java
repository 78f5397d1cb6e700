package dev.mangru.server.cli;

import dev.mangru.logindex.LogIndexCheck;
import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.server.config.StartFailure;
import dev.mangru.tsdb.TsdbCheck;
import dev.mangru.tsdb.TsdbRepair;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mangru check DIR`: reads every byte of a data directory and says what is wrong. Changes
/// nothing, except with `--repair`: then what is broken of the metrics is set aside and the rest
/// saved.
@Command(
    name = "check",
    description = "Verify a data directory. Exit status 1 if something is wrong.",
    mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {

  /// Lucene recommends an incubating module for vector search there, which is not used. Kept,
  /// because loggers that nobody holds forget their level.
  private static final Logger LUCENE_ADVICE =
      Logger.getLogger("org.apache.lucene.internal.vectorization");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "The data directory, as given to \"up --data\".")
  private Path directory = Path.of("mangru-data");

  @Option(
      names = "--repair",
      description =
          "Make the metrics sound: move what is broken to metrics/quarantine, keep what can be read,"
              + " and tell each loss. Nothing that is sound is touched.")
  private boolean repair;

  @Override
  public Integer call() throws IOException {
    LUCENE_ADVICE.setLevel(Level.SEVERE);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (!Files.isDirectory(directory) || !Files.isReadable(directory)) {
      throw new StartFailure(
          StartFailure.CANNOT_CREATE,
          "the data directory " + directory + " is not there or cannot be read",
          null);
    }
    boolean sound = true;
    Path metrics = directory.resolve("metrics");
    if (Files.isDirectory(metrics)) {
      sound &=
          print(
              out, "metrics", repair ? repair(out, "metrics", metrics) : TsdbCheck.check(metrics));
    }
    Path logs = directory.resolve("logs");
    if (Files.isDirectory(logs)) {
      sound &= print(out, "logs", LogIndexCheck.check(logs));
    }
    for (Path tenant : tenants()) {
      String name = "tenants/" + tenant.getFileName();
      Path own = tenant.resolve("metrics");
      sound &= print(out, name, repair ? repair(out, name, own) : TsdbCheck.check(own));
      for (JournalCheck journal : JournalCheck.OF_TENANT) {
        if (Files.isDirectory(tenant.resolve(journal.path()))) {
          sound &= print(out, name + "/" + journal.path(), journal.check(Disk.REAL, tenant));
        }
      }
    }
    for (JournalCheck journal : JournalCheck.ALL) {
      if (Files.isDirectory(directory.resolve(journal.path()))) {
        sound &= print(out, journal.path(), journal.check(Disk.REAL, directory));
      }
    }
    out.println(sound ? "sound: " + directory : "broken: " + directory);
    out.flush();
    return sound ? 0 : 1;
  }

  /// The folders of tenants that have a store.
  private List<Path> tenants() throws IOException {
    Path tenants = directory.resolve("tenants");
    if (!Files.isDirectory(tenants)) {
      return List.of();
    }
    return Disk.REAL.list(tenants).stream()
        .filter(each -> Files.isDirectory(each.resolve("metrics")))
        .toList();
  }

  private static CheckReport repair(PrintWriter out, String part, Path metrics) throws IOException {
    TsdbRepair.Outcome outcome = TsdbRepair.repair(metrics);
    outcome.done().forEach(line -> out.println(part + ": REPAIRED " + line));
    return outcome.after();
  }

  private static boolean print(PrintWriter out, String part, CheckReport report) {
    report.checked().forEach(line -> out.println(part + ": " + line));
    report.problems().forEach(line -> out.println(part + ": PROBLEM " + line));
    return report.sound();
  }
}
