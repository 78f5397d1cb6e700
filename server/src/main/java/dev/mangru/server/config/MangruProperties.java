package dev.mangru.server.config;

import dev.mangru.logindex.LogIndexOptions;
import dev.mangru.model.disk.Durability;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.QueryLimits;
import dev.mangru.tsdb.MemoryThereIs;
import dev.mangru.tsdb.TsdbOptions;
import dev.mangru.tsdb.promql.PromqlFeature;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.ResultCache;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// Everything about Mangru that can be configured. A name that is not here stops the start.
///
/// `application.yaml` lists every option with its default, its unit and why.
///
/// @param data the data directory
/// @param http listening, limits and who may come in
/// @param metrics the time-series store
/// @param tenants whose metrics are kept apart
/// @param logs the log index
/// @param query what metric queries may take
/// @param exchange how samples are exchanged with other systems
/// @param agent the node agent in this process
/// @param builtInObjectives whether Mangru's own objectives are measured too
/// @param objectives the user's objectives
/// @param cluster the cluster that is watched and scaled
/// @param autoscaler who scales, and how
/// @param alerts rules, and who hears of alerts
/// @param otel where spans go
@ConfigurationProperties(prefix = "mangru", ignoreUnknownFields = false)
public record MangruProperties(
    @DefaultValue("mangru-data") Path data,
    @DefaultValue Http http,
    @DefaultValue Metrics metrics,
    @DefaultValue TenantsProperties tenants,
    @DefaultValue Logs logs,
    @DefaultValue Query query,
    @DefaultValue ExchangeProperties exchange,
    @DefaultValue Agent agent,
    @DefaultValue("true") boolean builtInObjectives,
    @DefaultValue List<ObjectiveProperties> objectives,
    @DefaultValue ClusterProperties cluster,
    @DefaultValue AutoscalerProperties autoscaler,
    @DefaultValue AlertsProperties alerts,
    @DefaultValue Otel otel) {

  public MangruProperties {
    objectives = List.copyOf(objectives);
  }

  /// Listening, limits and who may come in.
  ///
  /// @param address to listen on
  /// @param port to listen on; 0 takes a free one
  /// @param allowRemote whether `address` may be other than a loopback address
  /// @param allowedHosts names in the Host header beside those of the loopback address
  /// @param allowedOrigins origins whose web pages may read and send
  /// @param maxBody largest request body as sent
  /// @param maxDecodedBody largest request body after decompression
  /// @param maxBytesInFlight bodies of all requests together; 0 for as many as the heap allows
  /// @param maxBodyDuration longest time a body may take to arrive
  /// @param lifecycleApi whether `/-/reload` and `/-/quit` do anything
  public record Http(
      @DefaultValue("127.0.0.1") String address,
      @DefaultValue("8080") int port,
      @DefaultValue("false") boolean allowRemote,
      @DefaultValue List<String> allowedHosts,
      @DefaultValue List<String> allowedOrigins,
      @DefaultValue("32MB") DataSize maxBody,
      @DefaultValue("32MB") DataSize maxDecodedBody,
      @DefaultValue("0B") DataSize maxBytesInFlight,
      @DefaultValue("60s") Duration maxBodyDuration,
      @DefaultValue("false") boolean lifecycleApi) {

    public Http {
      allowedHosts = List.copyOf(allowedHosts);
      allowedOrigins = List.copyOf(allowedOrigins);
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("mangru.http.port must be from 0 to 65535: " + port);
      }
    }

    /// What the bodies of all requests together may take.
    public long bytesInFlight() {
      return maxBytesInFlight.toBytes() == 0
          ? MemoryThereIs.now().requestBytes()
          : maxBytesInFlight.toBytes();
    }

    /// What one body may take. In a small heap that is less than what is set, lest a body be told
    /// to come again later for ever.
    public Bodies.BodyLimits bodyLimits() {
      long most = maxBytesInFlight.toBytes() == 0 ? bytesInFlight() / 2 : Integer.MAX_VALUE;
      return new Bodies.BodyLimits(
          Math.toIntExact(Math.min(maxBody.toBytes(), most)),
          Math.toIntExact(Math.min(maxDecodedBody.toBytes(), most)),
          maxBodyDuration);
    }
  }

  /// The time-series store.
  ///
  /// @param retention samples older than this are refused and removed
  /// @param retentionRules how long samples of selected series are kept instead
  /// @param retentionSize size of the sealed files above which the oldest go; 0 for no limit
  /// @param downsampling summaries that are made of old samples
  /// @param outOfOrderWindow how much older than its series' newest sample a sample may be
  /// @param maxAhead how far ahead of the clock a sample may be
  /// @param durability when a write is acknowledged
  /// @param sealInterval how often samples in memory go to files
  /// @param maxSeries active series; 0 for as many as the heap allows
  /// @param maxNewSeriesPerMinute series that may be new in one minute
  /// @param minFree free disk space under which writes are refused
  /// @param maxExemplars exemplars that are kept
  /// @param adminApi whether `/api/v1/admin/tsdb/` does anything
  public record Metrics(
      @DefaultValue("400d") Duration retention,
      @DefaultValue List<KeepProperties.Rule> retentionRules,
      @DefaultValue("0B") DataSize retentionSize,
      @DefaultValue List<KeepProperties.Summary> downsampling,
      @DefaultValue("0s") Duration outOfOrderWindow,
      @DefaultValue("10m") Duration maxAhead,
      @DefaultValue("synced") Durability durability,
      @DefaultValue("2m") Duration sealInterval,
      @DefaultValue("0") long maxSeries,
      @DefaultValue("5000000") long maxNewSeriesPerMinute,
      @DefaultValue("64MB") DataSize minFree,
      @DefaultValue("100000") int maxExemplars,
      @DefaultValue("false") boolean adminApi) {

    public Metrics {
      retentionRules = List.copyOf(retentionRules);
      downsampling = List.copyOf(downsampling);
      KeepProperties.check(downsampling);
    }

    /// The store's options, below the data directory.
    public TsdbOptions options(Path data) {
      return builder(data.resolve("metrics")).build();
    }

    /// The options of a store in `directory`.
    TsdbOptions.Builder builder(Path directory) {
      TsdbOptions.Builder options =
          TsdbOptions.builder(directory)
              .retention(retention)
              .retentionRules(KeepProperties.rules(retentionRules))
              .retentionBytes(retentionSize.toBytes())
              .downsampling(KeepProperties.summaries(downsampling))
              .outOfOrderWindow(outOfOrderWindow)
              .maxAhead(maxAhead)
              .durability(durability)
              .sealInterval(sealInterval)
              .maxNewSeriesPerMinute(maxNewSeriesPerMinute)
              .minFreeBytes(minFree.toBytes());
      if (maxSeries != 0) {
        options.maxSeries(maxSeries);
      }
      return options;
    }
  }

  /// The log index.
  ///
  /// @param retention records older than this are removed
  /// @param maxLine a longer line is cut
  /// @param searchTimeout longest time of one search
  /// @param minFree free disk space under which records are refused
  public record Logs(
      @DefaultValue("30d") Duration retention,
      @DefaultValue("256KB") DataSize maxLine,
      @DefaultValue("30s") Duration searchTimeout,
      @DefaultValue("512MB") DataSize minFree) {

    /// The index's options, below the data directory.
    public LogIndexOptions options(Path data) {
      LogIndexOptions defaults = LogIndexOptions.defaults(data.resolve("logs"));
      LogIndexOptions.RecordLimits records = defaults.records();
      LogIndexOptions.SearchLimits searches = defaults.searches();
      LogIndexOptions.Writing writing = defaults.writing();
      return new LogIndexOptions(
          defaults.directory(),
          retention,
          defaults.shard(),
          defaults.acceptAhead(),
          new LogIndexOptions.RecordLimits(
              Math.toIntExact(maxLine.toBytes()),
              records.maxStreamLabels(),
              records.maxStreamLabelBytes(),
              records.maxAttributes(),
              records.maxAttributeBytes()),
          new LogIndexOptions.SearchLimits(
              searchTimeout, searches.maxLinesRead(), searches.maxPageSize(), searches.maxTails()),
          new LogIndexOptions.Writing(
              writing.bufferBytes(),
              writing.queueBytes(),
              writing.walSegmentBytes(),
              writing.commitInterval(),
              writing.commitBytes(),
              minFree.toBytes()),
          defaults.disk(),
          defaults.ticker());
    }
  }

  /// What metric queries may take.
  ///
  /// @param timeout longest time of one query
  /// @param lookback how far an instant selector looks back
  /// @param maxSamples samples that one query holds at a time; 0 for as many as the heap allows
  /// @param maxMemory bytes that all queries hold together, with their answers; 0 for as many as
  ///   the heap allows
  /// @param maxConcurrent queries at once, of metrics and logs; 0 for as many as the heap allows
  /// @param maxWait how long a query waits for its turn
  /// @param resultCacheBytes of results of range queries that are kept; 0 keeps none, -1 is for a
  ///   share of the heap
  /// @param features of PromQL that are on, by the words of Prometheus' `--enable-feature`
  public record Query(
      @DefaultValue("30s") Duration timeout,
      @DefaultValue("5m") Duration lookback,
      @DefaultValue("0") long maxSamples,
      @DefaultValue("0B") DataSize maxMemory,
      @DefaultValue("0") int maxConcurrent,
      @DefaultValue("10s") Duration maxWait,
      @DefaultValue("-1") long resultCacheBytes,
      @DefaultValue List<String> features) {

    /// A sample of 16 bytes of the seven tenths that one query may have.
    private static final int QUERY_BYTES_PER_SAMPLE = 23;

    public Query {
      var _ = promql(features);
      if (maxSamples < 0 || maxMemory.isNegative()) {
        throw new IllegalArgumentException(
            "mangru.query.max-samples and max-memory must not be negative: "
                + maxSamples
                + ", "
                + maxMemory);
      }
      if (maxConcurrent < 0) {
        throw new IllegalArgumentException(
            "mangru.query.max-concurrent must not be negative: " + maxConcurrent);
      }
      if (resultCacheBytes < -1) {
        throw new IllegalArgumentException(
            "mangru.query.result-cache-bytes must be a number of bytes, 0 for none or -1 for a"
                + " share of the heap: "
                + resultCacheBytes);
      }
    }

    /// The language that queries and rules are written in.
    public PromqlOptions promql() {
      return promql(features);
    }

    private static PromqlOptions promql(List<String> features) {
      try {
        return PromqlOptions.of(PromqlFeature.of(features));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("mangru.query.features: " + e.getMessage(), e);
      }
    }

    /// The cache of results for the queries of all tenants.
    public ResultCache resultCache() {
      return new ResultCache(
          resultCacheBytes < 0 ? MemoryThereIs.now().resultCacheBytes() : resultCacheBytes);
    }

    /// Queries at once.
    public int concurrent() {
      return maxConcurrent == 0 ? MemoryThereIs.now().queries() : maxConcurrent;
    }

    /// The limits of one query.
    public QueryLimits limits() {
      long samples = maxSamples == 0 ? MemoryThereIs.now().querySamples() : maxSamples;
      return new QueryLimits(timeout, lookback, samples);
    }

    /// Bytes that all queries may hold together: if only the samples of one query are said, it has
    /// room for them.
    public long memoryBytes() {
      if (maxMemory.toBytes() > 0) {
        return maxMemory.toBytes();
      }
      return Math.max(
          MemoryThereIs.now().queryBytes(),
          Math.min(maxSamples, Long.MAX_VALUE / 64) * QUERY_BYTES_PER_SAMPLE);
    }
  }

  /// The node agent in this process.
  ///
  /// @param enabled whether it runs
  /// @param interval between two passes over this machine
  /// @param docker Docker's data root
  /// @param logs globs of log files to tail
  /// @param scrape further targets that expose metrics over HTTP
  public record Agent(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("10s") Duration interval,
      @DefaultValue("/var/lib/docker") Path docker,
      @DefaultValue List<String> logs,
      @DefaultValue List<Scrape> scrape) {

    public Agent {
      logs = List.copyOf(logs);
      scrape = List.copyOf(scrape);
    }
  }

  /// A target that the agent scrapes.
  ///
  /// @param job the value of its `job` label
  /// @param url where its metrics are
  /// @param interval between two scrapes
  /// @param timeout for one scrape, at most the interval
  public record Scrape(
      String job,
      URI url,
      @DefaultValue("15s") Duration interval,
      @DefaultValue("10s") Duration timeout) {

    public Scrape {
      if (job == null || url == null) {
        throw new IllegalArgumentException(
            "an entry of mangru.agent.scrape needs a job and a url: job " + job + ", url " + url);
      }
    }
  }

  /// Where OpenTelemetry spans go.
  ///
  /// @param endpoint base address of an OTLP/HTTP receiver, such as `http://127.0.0.1:4318`; empty
  ///   for none, and then nothing is sent anywhere
  /// @param sampleRatio share of requests with a span, 0 to 1
  public record Otel(@DefaultValue("") String endpoint, @DefaultValue("1.0") double sampleRatio) {

    public Otel {
      if (!(sampleRatio >= 0 && sampleRatio <= 1)) {
        throw new IllegalArgumentException(
            "mangru.otel.sample-ratio must be from 0 to 1: " + sampleRatio);
      }
    }
  }
}
