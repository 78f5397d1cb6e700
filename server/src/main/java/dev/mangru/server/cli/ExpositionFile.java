package dev.mangru.server.cli;

import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.scrape.ExpositionException;
import dev.mangru.collector.scrape.ExpositionSink;
import dev.mangru.collector.scrape.OpenMetricsParser;
import dev.mangru.collector.scrape.PrometheusTextParser;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Exemplar;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricMetadata;
import dev.mangru.model.metric.SeriesExemplar;
import dev.mangru.tsdb.transfer.ImportSink;
import dev.mangru.tsdb.transfer.ImportSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A file of samples with timestamps in one of the two text formats, for an import. Read in pages
/// of whole lines by the parsers that also read scraped pages, so a file of any size takes little
/// memory. Errors name the line. Confined to one thread.
///
/// `_created` samples of counters, histograms and summaries become the start timestamps of the
/// samples beside them. Of exemplars the last ones are kept: a store keeps no more.
final class ExpositionFile implements ImportSource, ExpositionSink {

  /// The two formats.
  enum Format {
    /// OpenMetrics 1.0: seconds with a fraction, `# EOF` at the end.
    OPENMETRICS,
    /// The text format of Prometheus: milliseconds.
    TEXT
  }

  private static final int PAGE_BYTES = 1 << 20;

  /// A longer line is hostile.
  private static final int MAX_LINE_BYTES = 4 << 20;

  /// Families whose metadata is kept.
  private static final int MAX_FAMILIES = 1_000_000;

  /// Exemplars kept: what a store keeps unless it is told otherwise.
  private static final int MAX_EXEMPLARS = 100_000;

  private static final byte[] EOF = "# EOF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EOF_LINE = "# EOF\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TYPE = "# TYPE ".getBytes(StandardCharsets.US_ASCII);

  private final String name;
  private final InputStream in;
  private final long lengthBytes;
  private final Format format;

  private final ByteArrayOutputStream page = new ByteArrayOutputStream(PAGE_BYTES + 4096);
  private byte[] typeLine = {};
  private byte[] pageTypeLine = {};
  private long line;
  private long pageLine = 1;
  private boolean ended;

  private final Map<String, MetricMetadata> families = new LinkedHashMap<>();
  private MetricPoint point = new MetricPoint(null);
  private final Deque<SeriesExemplar> exemplars = new ArrayDeque<>();
  private Labels series = Labels.empty();
  private long seriesMs;

  /// @param name for errors
  /// @param in read to its end, not closed
  /// @param lengthBytes how much there is, 0 if nobody knows
  ExpositionFile(String name, InputStream in, long lengthBytes, Format format) {
    this.name = name;
    this.in = in;
    this.lengthBytes = lengthBytes;
    this.format = format;
  }

  /// What the file says of its metrics, by family.
  Map<String, MetricMetadata> metadata() {
    return Map.copyOf(families);
  }

  /// The last exemplars of the file, in time order.
  List<SeriesExemplar> exemplars() {
    return exemplars.stream()
        .sorted(Comparator.comparingLong(each -> each.exemplar().timestampMs()))
        .toList();
  }

  @Override
  public void read(ImportSink sink) throws IOException {
    point = new MetricPoint(sink);
    byte[] buffer = new byte[PAGE_BYTES];
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    long done = 0;
    int count;
    while ((count = in.read(buffer)) >= 0) {
      done += count;
      int from = 0;
      for (int i = 0; i < count; i++) {
        if (buffer[i] == '\n') {
          rest.write(buffer, from, i + 1 - from);
          line(rest.toByteArray());
          rest.reset();
          from = i + 1;
        }
      }
      rest.write(buffer, from, count - from);
      if (rest.size() > MAX_LINE_BYTES) {
        throw wrong(line + 1, "the line is longer than " + MAX_LINE_BYTES + " bytes");
      }
      sink.progress(done, lengthBytes);
    }
    if (rest.size() > 0) {
      line(rest.toByteArray());
    }
    flush();
    point.end();
    if (format == Format.OPENMETRICS && !ended) {
      throw wrong(line, "the file does not end with # EOF: it may have been cut");
    }
  }

  private void line(byte[] bytes) throws IOException {
    line++;
    if (ended) {
      throw wrong(line, "there is more after # EOF");
    }
    int length = bytes[bytes.length - 1] == '\n' ? bytes.length - 1 : bytes.length;
    if (format == Format.OPENMETRICS && Arrays.equals(bytes, 0, length, EOF, 0, EOF.length)) {
      ended = true;
      return;
    }
    if (bytes.length > TYPE.length && Arrays.equals(bytes, 0, TYPE.length, TYPE, 0, TYPE.length)) {
      typeLine = bytes;
    }
    page.writeBytes(bytes);
    if (length == bytes.length) {
      page.write('\n');
    }
    if (page.size() >= PAGE_BYTES) {
      flush();
    }
  }

  /// Parses the lines gathered, after the TYPE line that is in force at the first of them.
  private void flush() throws IOException {
    byte[] lines = page.toByteArray();
    page.reset();
    byte[] text = page(pageTypeLine, lines);
    try {
      parse(text, this);
    } catch (ExpositionException | MangruException e) {
      throw located(lines, e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    pageTypeLine = typeLine;
    pageLine = line + 1;
  }

  private byte[] page(byte[] before, byte[] lines) {
    byte[] end = format == Format.OPENMETRICS ? EOF_LINE : new byte[0];
    byte[] text = Arrays.copyOf(before, before.length + lines.length + end.length);
    System.arraycopy(lines, 0, text, before.length, lines.length);
    System.arraycopy(end, 0, text, before.length + lines.length, end.length);
    return text;
  }

  private void parse(byte[] text, ExpositionSink sink) throws ExpositionException {
    switch (format) {
      case OPENMETRICS -> OpenMetricsParser.scrape(text, sink);
      case TEXT -> PrometheusTextParser.scrape(text, sink);
    }
  }

  /// Every line stands for itself, so the first that fails alone is the one.
  private MangruException located(byte[] lines, Exception failure) {
    long number = pageLine;
    int from = 0;
    for (int i = 0; i < lines.length; i++) {
      if (lines[i] == '\n') {
        byte[] one = Arrays.copyOfRange(lines, from, i + 1);
        try {
          parse(page(new byte[0], one), (_, _, timestampMs) -> requireTimestamp(timestampMs));
        } catch (ExpositionException | MangruException e) {
          return wrong(number, String.valueOf(e.getMessage()));
        }
        number++;
        from = i + 1;
      }
    }
    return wrong(pageLine, "or one of the lines after it: " + failure.getMessage());
  }

  private MangruException wrong(long number, String what) {
    return MangruException.badData(name + ", line " + number + ": " + what);
  }

  private static void requireTimestamp(long timestampMs) {
    if (timestampMs == NO_TIMESTAMP) {
      throw MangruException.badData("the sample has no timestamp, which an import needs");
    }
  }

  // ---- What the parser tells

  @Override
  public void sample(Labels labels, double value, long timestampMs) {
    requireTimestamp(timestampMs);
    series = labels;
    seriesMs = timestampMs;
    try {
      point.add(labels, value, timestampMs, families);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void exemplar(Labels labels, double value, long timestampMs) {
    long time = timestampMs == NO_TIMESTAMP ? seriesMs : timestampMs;
    exemplars.add(new SeriesExemplar(series, new Exemplar(labels, value, time)));
    if (exemplars.size() > MAX_EXEMPLARS) {
      exemplars.remove();
    }
  }

  @Override
  public void type(String family, MetricType type) {
    MetricMetadata known = known(family);
    MetricMetadata.Type kind =
        switch (type) {
          case UNKNOWN -> MetricMetadata.Type.UNKNOWN;
          case COUNTER -> MetricMetadata.Type.COUNTER;
          case GAUGE -> MetricMetadata.Type.GAUGE;
          case HISTOGRAM -> MetricMetadata.Type.HISTOGRAM;
          case GAUGEHISTOGRAM -> MetricMetadata.Type.GAUGE_HISTOGRAM;
          case SUMMARY -> MetricMetadata.Type.SUMMARY;
          case INFO -> MetricMetadata.Type.INFO;
          case STATESET -> MetricMetadata.Type.STATE_SET;
        };
    describe(family, new MetricMetadata(kind, known.help(), known.unit()));
  }

  @Override
  public void help(String family, String help) {
    MetricMetadata known = known(family);
    describe(family, new MetricMetadata(known.type(), help, known.unit()));
  }

  @Override
  public void unit(String family, String unit) {
    MetricMetadata known = known(family);
    describe(family, new MetricMetadata(known.type(), known.help(), unit));
  }

  private MetricMetadata known(String family) {
    MetricMetadata known = families.get(family);
    return known == null ? new MetricMetadata(MetricMetadata.Type.UNKNOWN, "", "") : known;
  }

  private void describe(String family, MetricMetadata about) {
    if (families.size() < MAX_FAMILIES || families.containsKey(family)) {
      families.put(family, about);
    }
  }
}
