package dev.mangru.server.cli;

import dev.mangru.model.disk.Disk;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.StartFailure;
import dev.mangru.tsdb.transfer.ImportReport;
import dev.mangru.tsdb.transfer.ImportSource;
import dev.mangru.tsdb.transfer.Importer;
import dev.mangru.tsdb.transfer.prometheus.PrometheusBlocks;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `mangru import`: puts the samples of a file, or of a Prometheus data directory, into a data
/// directory that no server is using, or into a running server. Importing again changes nothing.
@Command(
    name = "import",
    description =
        "Put samples from elsewhere into a data directory while no server uses it, or into a"
            + " running server.",
    mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {

  /// Of the heap; the rest is for the store.
  private static final int MEMORY_PART = 8;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory. Default: mangru-data.")
  private @Nullable Path data;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "A running server with mangru.metrics.admin-api: true, such as http://127.0.0.1:8080,"
              + " instead of a data directory.")
  private @Nullable URI url;

  @Option(
      names = "--retention",
      paramLabel = "DURATION",
      description =
          "Samples older than this are refused, as ISO 8601; give what the server has as"
              + " mangru.metrics.retention. Default: P400D. A running server knows its own.")
  private @Nullable Duration retention;

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description =
          "Whose samples they become, as X-Scope-OrgID would say; made if not there. Default:"
              + " anonymous.")
  private String tenant = Tenants.ANONYMOUS;

  @ArgGroup(multiplicity = "1")
  private Source source = new Source();

  /// Where the samples are: exactly one of these.
  static final class Source {

    @Option(
        names = "--openmetrics",
        paramLabel = "FILE",
        description = "OpenMetrics text with timestamps and # EOF; .gz is unpacked, - is stdin.")
    private @Nullable String openMetrics;

    @Option(
        names = "--text",
        paramLabel = "FILE",
        description =
            "Prometheus text with timestamps in milliseconds; .gz is unpacked, - is stdin.")
    private @Nullable String text;

    @Option(
        names = "--prometheus",
        paramLabel = "DIR",
        description = "Blocks of Prometheus: a data directory, a snapshot, or one block.")
    private @Nullable Path prometheus;
  }

  @Override
  public Integer call() throws IOException {
    try {
      if (url != null && (data != null || retention != null)) {
        throw MangruException.badData(
            "--url sends to a running server, which has a data directory and a retention of its"
                + " own: leave out --data and --retention");
      }
      if (source.prometheus != null) {
        PrometheusBlocks blocks = PrometheusBlocks.open(Disk.REAL, source.prometheus);
        blocks.notes().forEach(note -> err().println("mangru: " + note));
        run(blocks, Map::of, List::of);
      } else if (source.openMetrics != null) {
        text(source.openMetrics, ExpositionFile.Format.OPENMETRICS);
      } else {
        text(Objects.requireNonNull(source.text), ExpositionFile.Format.TEXT);
      }
      return 0;
    } catch (MangruException e) {
      throw new StartFailure(StartFailure.INPUT_OUTPUT, e.text(), e);
    } catch (IOException e) {
      throw new StartFailure(StartFailure.INPUT_OUTPUT, String.valueOf(e.getMessage()), e);
    }
  }

  private void text(String name, ExpositionFile.Format format) throws IOException {
    boolean stdin = name.equals("-");
    if (!stdin && !Files.isReadable(Path.of(name))) {
      throw MangruException.badData(name + " is not there or cannot be read");
    }
    boolean packed = name.endsWith(".gz");
    long length = stdin || packed ? 0 : Files.size(Path.of(name));
    try (InputStream raw = stdin ? new KeptOpen(System.in) : Files.newInputStream(Path.of(name));
        InputStream in = packed ? new GZIPInputStream(raw, 64 << 10) : raw) {
      ExpositionFile file = new ExpositionFile(stdin ? "standard input" : name, in, length, format);
      run(file, file::metadata, file::exemplars);
    }
  }

  /// @param metadata what the source has said of its metrics once it has been read
  /// @param exemplars what it has said of exemplars then
  private void run(
      ImportSource from,
      Supplier<Map<String, MetricMetadata>> metadata,
      Supplier<List<SeriesExemplar>> exemplars)
      throws IOException {
    long memory = Runtime.getRuntime().maxMemory() / MEMORY_PART;
    ProgressLines progress = new ProgressLines(err(), Ticker.SYSTEM);
    if (url != null) {
      try (LiveImport live = new LiveImport(url, Tenants.checked(tenant))) {
        ImportReport report = live.run(from, memory, progress);
        live.describe(metadata.get());
        tell(report);
        List<SeriesExemplar> found = exemplars.get();
        tell(live.add(found), found.size());
      }
      return;
    }
    Path folder = data == null ? Path.of("mangru-data") : data;
    Duration kept = retention == null ? Duration.ofDays(400) : retention;
    try (OpenedStore opened = OpenedStore.open(folder, tenant, false, kept);
        Importer importer =
            new Importer(opened.target(), Disk.REAL, opened.scratch(), memory, progress)) {
      ImportReport report = importer.run(from);
      opened.metadata().put(metadata.get());
      tell(report);
      List<SeriesExemplar> found = exemplars.get();
      tell(found.isEmpty() ? 0 : opened.exemplars().add(found), found.size());
    }
  }

  private void tell(long stored, int found) {
    if (found > 0) {
      out().println("imported %,d of the last %,d exemplars".formatted(stored, found));
      out().flush();
    }
  }

  private void tell(ImportReport report) {
    out().println("read %,d samples of %,d series".formatted(report.read(), report.series()));
    out().println("imported %,d".formatted(report.imported()));
    out().println("already there %,d".formatted(report.alreadyThere()));
    report
        .refused()
        .forEach((reason, count) -> out().println("refused %,d: %s".formatted(count, reason)));
    out().flush();
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  private PrintWriter err() {
    return Objects.requireNonNull(spec).commandLine().getErr();
  }

  /// Standard input belongs to the process.
  private static final class KeptOpen extends FilterInputStream {

    KeptOpen(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
