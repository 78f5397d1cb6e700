package dev.mangru.server.cli;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.ExemplarStore;
import dev.mangru.model.metric.LabelMatcher;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.Tenants;
import dev.mangru.model.time.TimeRange;
import dev.mangru.server.config.StartFailure;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.transfer.ExportFormat;
import dev.mangru.tsdb.transfer.ExportReport;
import dev.mangru.tsdb.transfer.Exporter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mangru export`: writes the samples of a data directory as text. If a server is using it, that
/// is asked for a snapshot, which goes when it has been read.
@Command(
    name = "export",
    description =
        "Write the samples of a data directory as text, while no server uses it or from a snapshot"
            + " that its server makes.",
    mixinStandardHelpOptions = true)
public final class ExportCommand implements Callable<Integer> {

  /// Selects every series.
  private static final List<List<LabelMatcher>> ALL = List.of(List.of());

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory. Default: mangru-data.")
  private Path data = Path.of("mangru-data");

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      description = "Whose samples, as X-Scope-OrgID would say. Default: anonymous.")
  private String tenant = Tenants.ANONYMOUS;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "The server that is using the data directory, on this machine and with"
              + " mangru.metrics.admin-api: true, such as http://127.0.0.1:9090.")
  private @Nullable URI url;

  @Option(
      names = "--match",
      paramLabel = "SELECTOR",
      description = "Only series that a selector selects, such as up{job=\"node\"}; repeatable.")
  private List<String> match = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "The first time, RFC 3339 or seconds since the epoch. Default: all.")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "The last time, which is inside. Default: all.")
  private @Nullable String to;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "openmetrics, or jsonl (as VictoriaMetrics' /api/v1/export).")
  private String format = "";

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "A file that is not there yet, or - for standard output.")
  private String file = "-";

  @Override
  public Integer call() throws IOException {
    try {
      ExportFormat chosen =
          switch (format.toLowerCase(Locale.ROOT)) {
            case "openmetrics" -> ExportFormat.OPENMETRICS;
            case "jsonl" -> ExportFormat.JSONL;
            default ->
                throw MangruException.badData(
                    "unknown format \"" + format + "\": openmetrics and jsonl are supported");
          };
      List<List<LabelMatcher>> selectors = new ArrayList<>();
      match.forEach(selector -> selectors.add(PromqlParser.parseSelector(selector)));
      TimeRange range = range();
      if (!Files.isDirectory(data)) {
        throw MangruException.badData("the data directory " + data + " is not there");
      }
      if (url != null) {
        try (LiveSnapshot live = LiveSnapshot.take(url, data, tenant);
            Writer out = open()) {
          tell(
              Exporter.export(
                  live.store(), range, selectors, chosen, _ -> null, _ -> List.of(), out));
        }
        return 0;
      }
      try (OpenedStore opened = OpenedStore.open(data, tenant, true, Duration.ofDays(36_500));
          Writer out = open()) {
        Map<Labels, List<Exemplar>> exemplars = new HashMap<>();
        for (ExemplarStore.OfSeries each :
            opened.exemplars().select(range, selectors.isEmpty() ? ALL : selectors)) {
          exemplars.put(each.series(), each.exemplars());
        }
        tell(
            Exporter.export(
                opened.store(),
                range,
                selectors,
                chosen,
                name -> opened.metadata().find(name).stream().findFirst().orElse(null),
                labels -> exemplars.getOrDefault(labels, List.of()),
                out));
      }
      return 0;
    } catch (MangruException e) {
      throw new StartFailure(StartFailure.INPUT_OUTPUT, e.text(), e);
    } catch (IOException e) {
      throw new StartFailure(StartFailure.INPUT_OUTPUT, String.valueOf(e.getMessage()), e);
    }
  }

  private TimeRange range() {
    long first = from == null ? Long.MIN_VALUE : time("--from", from);
    long last = to == null ? Long.MAX_VALUE : time("--to", to);
    if (last < first) {
      throw MangruException.badData("--to " + to + " is before --from " + from);
    }
    return new TimeRange(first, last);
  }

  private static long time(String option, String text) {
    try {
      return new BigDecimal(text).movePointRight(3).longValue();
    } catch (NumberFormatException _) {
      try {
        return Instant.parse(text).toEpochMilli();
      } catch (DateTimeParseException e) {
        throw new MangruException(
            dev.mangru.model.error.ErrorCode.BAD_DATA,
            option
                + " is neither a time like 2026-11-21T10:00:00Z nor seconds since the epoch: "
                + text,
            e);
      }
    }
  }

  private Writer open() throws IOException {
    if (file.equals("-")) {
      return new BufferedWriter(out()) {
        @Override
        public void close() throws IOException {
          flush(); // standard output belongs to the process
        }
      };
    }
    return new BufferedWriter(
        new OutputStreamWriter(
            Files.newOutputStream(
                Path.of(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            StandardCharsets.UTF_8),
        1 << 20);
  }

  private void tell(ExportReport report) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("exported %,d samples of %,d series".formatted(report.samples(), report.series()));
    note(err, report.histograms(), "native histograms, which the format cannot say");
    note(err, report.staleMarkers(), "stale markers, which the format cannot say");
    note(err, report.unnamed(), "samples of series without a metric name");
    note(err, report.exemplarsLeftOut(), "exemplars, for which the format has no room");
    if (report.exemplars() > 0) {
      err.println("exported %,d exemplars".formatted(report.exemplars()));
    }
    if (report.starts() > 0) {
      err.println("%,d samples lost their start timestamp".formatted(report.starts()));
    }
    err.flush();
  }

  private static void note(PrintWriter err, long count, String what) {
    if (count > 0) {
      err.println("left out %,d %s".formatted(count, what));
    }
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }
}
