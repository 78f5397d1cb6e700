package dev.mangru.collector.agent;

import dev.mangru.collector.node.HostRoots;
import dev.mangru.collector.probe.ProbeTarget;
import dev.mangru.collector.scrape.ScrapeTarget;
import dev.mangru.collector.tail.LogSource;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// Reads the agent's configuration file: YAML, every key known, none twice. Stateless.
///
/// ```yaml
/// server: https://mangru.example:8080     # required unless --to says it
/// node: worker-1                          # default: $NODE_NAME, else the host name
/// data: /var/lib/mangru-agent             # log positions
/// interval: 10s                           # of this machine's metrics, 1s to 1h
/// metrics: true                           # whether to gather them
/// root: /                                 # where the host's tree is mounted
/// docker: /var/lib/docker                 # Docker's data root, if it is elsewhere
/// headers: {Authorization: Bearer abc}    # sent with every request
/// timeout: 30s                            # of one request
/// queue: {bytes: 16777216, age: 2h}       # samples that may wait for the server
/// logs:
///   include: [/var/log/**/*.log, {path: /srv/app.log, format: plain, job: app}]
///   exclude: []
///   poll: 250ms
///   zone: Europe/Berlin                   # of times without one; default: this process's (TZ)
/// scrape:
///   - {job: app, url: "http://127.0.0.1:9000/metrics", interval: 15s, timeout: 5s, labels: {tier: web}}
/// probe:
///   - {name: shop, url: "https://shop.example/", interval: 15s, timeout: 5s, status: 200, text: "", follow: false}
/// ```
final class AgentConfig {

  /// A configuration larger than this is not one.
  private static final long MAX_BYTES = 4 << 20;

  private static final Duration TARGET_INTERVAL = Duration.ofSeconds(15);
  private static final Duration TARGET_TIMEOUT = Duration.ofSeconds(5);

  private AgentConfig() {}

  /// What the command line says; each may be absent.
  record Overrides(@Nullable String server, @Nullable String data, @Nullable String interval) {}

  /// The options of a file (none if null) with the command line's on top.
  static AgentOptions load(
      @Nullable Path file, Overrides overrides, Map<String, String> environment)
      throws ConfigException {
    String name = file == null ? "the command line" : file.toString();
    YamlSection top = new YamlSection(name, "", file == null ? Map.of() : parse(file));
    String server = or(overrides.server(), top.text("server", ""));
    if (server.isEmpty()) {
      throw new ConfigException(
          name + ": no server to send to; say --to URL or set the key server");
    }
    String node = top.text("node", "");
    String data = or(overrides.data(), top.text("data", "/var/lib/mangru-agent"));
    String root = top.text("root", "/");
    String docker = top.text("docker", "");
    YamlSection queue = top.section("queue");
    YamlSection logs = top.section("logs");
    AgentOptions defaults =
        checked(
            name,
            () ->
                AgentOptions.defaults(
                    uri(server),
                    Path.of(data),
                    node.isEmpty() ? AgentOptions.defaultNode(environment) : node));
    Duration interval = top.duration("interval", defaults.interval());
    if (overrides.interval() != null) {
      interval = YamlSection.duration("--interval", overrides.interval());
    }
    Duration wanted = interval;
    boolean metrics = top.flag("metrics", defaults.metrics());
    Map<String, String> headers = top.section("headers").texts();
    List<ScrapeTarget> scrapes = each(top, "scrape", AgentConfig::scrape);
    List<ProbeTarget> probes = each(top, "probe", AgentConfig::probe);
    AgentOptions usual =
        checked(name, () -> docker.isEmpty() ? defaults : defaults.withDocker(Path.of(docker)));
    List<LogSource> include = logs.has("include") ? sources(name, logs) : usual.logs();
    List<String> exclude = logs.list("exclude").stream().map(String::valueOf).toList();
    Duration poll = logs.duration("poll", defaults.poll());
    String zone = logs.text("zone", defaults.zone().getId());
    Duration timeout = top.duration("timeout", defaults.timeout());
    long queueBytes = queue.number("bytes", defaults.queueBytes());
    Duration queueAge = queue.duration("age", defaults.queueAge());
    logs.refuseUnknown();
    queue.refuseUnknown();
    top.refuseUnknown();
    return checked(
        name,
        () ->
            new AgentOptions(
                defaults.server(),
                headers,
                defaults.node(),
                defaults.directory(),
                wanted,
                metrics,
                docker.isEmpty()
                    ? HostRoots.below(Path.of(root))
                    : HostRoots.below(Path.of(root)).withDocker(Path.of(docker)),
                scrapes,
                probes,
                include,
                exclude,
                poll,
                zone(name, zone),
                timeout,
                queueBytes,
                queueAge,
                defaults.grace()));
  }

  private static String or(@Nullable String first, String second) {
    return first == null ? second : first;
  }

  private static Object parse(Path file) throws ConfigException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(file + ": larger than " + MAX_BYTES + " bytes");
      }
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      options.setMaxAliasesForCollections(20);
      Object loaded = new Yaml(new SafeConstructor(options)).load(Files.readString(file));
      return loaded == null ? Map.of() : loaded;
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": not UTF-8 text");
    } catch (IOException e) {
      throw new ConfigException("cannot read the configuration: " + e);
    } catch (YAMLException e) {
      throw new ConfigException(file + ": " + e.getMessage());
    }
  }

  private static List<LogSource> sources(String file, YamlSection logs) throws ConfigException {
    List<LogSource> sources = new ArrayList<>();
    List<?> entries = logs.list("include");
    for (int i = 0; i < entries.size(); i++) {
      Object entry = entries.get(i);
      String where = "logs.include[" + i + "]";
      if (entry instanceof String glob) {
        sources.add(checked(file + ": " + where, () -> LogSource.of(glob)));
        continue;
      }
      YamlSection section = new YamlSection(file, where, entry);
      LogSource guess = checked(file + ": " + where, () -> LogSource.of(section.required("path")));
      LogSource source =
          new LogSource(
              guess.glob(),
              section.choice("format", guess.format()),
              section.text("job", guess.job()));
      section.refuseUnknown();
      sources.add(source);
    }
    return sources;
  }

  private interface Reader<T> {
    T read(YamlSection section) throws ConfigException;
  }

  private static <T> List<T> each(YamlSection top, String key, Reader<T> reader)
      throws ConfigException {
    List<T> all = new ArrayList<>();
    List<?> entries = top.list(key);
    for (int i = 0; i < entries.size(); i++) {
      YamlSection section = new YamlSection(top.file(), key + "[" + i + "]", entries.get(i));
      all.add(reader.read(section));
      section.refuseUnknown();
    }
    return all;
  }

  private static ScrapeTarget scrape(YamlSection section) throws ConfigException {
    String job = section.required("job");
    String url = section.required("url");
    Map<String, String> labels = section.section("labels").texts();
    Duration interval = section.duration("interval", TARGET_INTERVAL);
    Duration timeout = section.duration("timeout", shorter(interval));
    return checked(
        section.where(),
        () -> new ScrapeTarget(job, uri(url), Labels.of(labels), interval, timeout));
  }

  private static ProbeTarget probe(YamlSection section) throws ConfigException {
    String name = section.required("name");
    String url = section.required("url");
    Duration interval = section.duration("interval", TARGET_INTERVAL);
    Duration timeout = section.duration("timeout", shorter(interval));
    int status = (int) section.number("status", 0);
    String text = section.text("text", "");
    boolean follow = section.flag("follow", false);
    return checked(
        section.where(),
        () -> new ProbeTarget(name, uri(url), interval, timeout, status, text, follow));
  }

  private static Duration shorter(Duration interval) {
    return interval.compareTo(TARGET_TIMEOUT) < 0 ? interval : TARGET_TIMEOUT;
  }

  private static ZoneId zone(String file, String text) throws ConfigException {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new ConfigException(
          file + ": logs.zone must be a time zone such as Europe/Berlin or UTC, not " + text);
    }
  }

  private static URI uri(String text) {
    return URI.create(text);
  }

  /// What may refuse its arguments, or a lookup that may fail.
  private interface Maker<T> {
    T make() throws ConfigException;
  }

  /// Records check themselves; their complaint becomes ours, with the place.
  private static <T> T checked(String where, Maker<T> maker) throws ConfigException {
    try {
      return maker.make();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(where + ": " + e.getMessage());
    }
  }
}
