package dev.mangru.autoscaler.playground.sim.scenario;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import tools.jackson.databind.node.ObjectNode;

/// Reads scenario files: YAML without tags, strict, every mistake with its line. Nothing in the
/// file can name a Java type, because the tree of YAML nodes is read as it is.
public final class ScenarioReader {

  /// Chosen: some hundred times the largest scenario we ship.
  private static final int MOST_CHARACTERS = 1 << 20;

  private static final int MOST_GROUPS = 100;
  private static final int MOST_NODES = 5_000;
  private static final double DAY = 86_400;
  private static final double MOST_RATE = 1e7;

  private final String file;
  private final UnaryOperator<String> others;

  /// A reader of one file.
  ///
  /// @param file its name, for messages
  /// @param others gives the text of a file that this one names, such as a recorded minute table;
  ///   throws [MangruException] when there is none
  public ScenarioReader(String file, UnaryOperator<String> others) {
    this.file = file;
    this.others = others;
  }

  /// Reads the text of the file.
  ///
  /// @throws MangruException `BAD_DATA` with line and column
  public Scenario read(String text) {
    YamlMapping top = new YamlMapping(file, tree(text));
    String name = top.text("name");
    String description = top.text("description", "");
    List<NodeGroupSpec> groups = groups(top);
    List<WorkloadSpec> workloads = workloads(top);
    List<TrafficSpec> traffic = traffic(top);
    YamlJson json = new YamlJson(file);
    List<ObjectNode> objects = new ArrayList<>();
    for (Node each : top.list("objects")) {
      ObjectNode object = json.object(each);
      if (object.path("kind").asString("").isEmpty()
          || object.path("apiVersion").asString("").isEmpty()
          || object.path("metadata").path("name").asString("").isEmpty()) {
        throw YamlMapping.wrong(
            file, each, "an object needs apiVersion, kind and metadata with a name");
      }
      objects.add(object);
    }
    top.end();
    return new Scenario(name, description, groups, workloads, traffic, objects);
  }

  private Node tree(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MOST_CHARACTERS);
    options.setAllowDuplicateKeys(false);
    try {
      Node node = new Yaml(options).compose(new StringReader(text));
      if (node == null) {
        throw MangruException.badData("scenario " + file + " is empty");
      }
      return node;
    } catch (MarkedYAMLException bad) {
      String at =
          bad.getProblemMark() == null
              ? ""
              : " line "
                  + (bad.getProblemMark().getLine() + 1)
                  + " column "
                  + (bad.getProblemMark().getColumn() + 1);
      throw new MangruException(
          ErrorCode.BAD_DATA, "scenario " + file + at + ": " + bad.getProblem(), bad);
    } catch (YAMLException bad) {
      throw new MangruException(
          ErrorCode.BAD_DATA, "scenario " + file + ": " + bad.getMessage(), bad);
    }
  }

  private List<NodeGroupSpec> groups(YamlMapping top) {
    List<NodeGroupSpec> groups = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlMapping group : top.mappings("nodeGroups")) {
      int min = group.integer("min", 0, MOST_NODES, 0);
      int max = group.integer("max", 0, MOST_NODES);
      if (min > max) {
        throw group.wrong("min " + min + " is above max " + max);
      }
      String name = group.text("name");
      if (!names.add(name) || names.size() > MOST_GROUPS) {
        throw group.wrong(
            "node groups need unique names and there may be " + MOST_GROUPS + ": " + name);
      }
      groups.add(
          new NodeGroupSpec(
              name,
              min,
              max,
              group.integer("initial", min, max, min),
              group.quantityMilli("cpu"),
              group.quantityMilli("memory") / 1000,
              group.integer("pods", 1, 1000, 110),
              group.words("labels"),
              taints(group),
              group.number("bootSeconds", 0, DAY, 20),
              group.number("bootJitterSeconds", 0, DAY, 0),
              group.number("failureRate", 0, 1, 0),
              group.text("failureClass", "OutOfResources"),
              group.number("pricePerHour", 0, 1e6, 0)));
      group.end();
    }
    return groups;
  }

  private static List<NodeGroupSpec.TaintSpec> taints(YamlMapping group) {
    List<NodeGroupSpec.TaintSpec> taints = new ArrayList<>();
    for (YamlMapping taint : group.mappings("taints")) {
      String effect = taint.text("effect");
      if (!Set.of("NoSchedule", "PreferNoSchedule", "NoExecute").contains(effect)) {
        throw taint.wrong("effect must be NoSchedule, PreferNoSchedule or NoExecute: " + effect);
      }
      taints.add(new NodeGroupSpec.TaintSpec(taint.text("key"), taint.text("value", ""), effect));
      taint.end();
    }
    return taints;
  }

  private static List<WorkloadSpec> workloads(YamlMapping top) {
    List<WorkloadSpec> workloads = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (YamlMapping given : top.mappings("workloads")) {
      WorkloadSpec usual = WorkloadSpec.ordinary(given.text("namespace"), given.text("name"));
      if (!seen.add(usual.namespace() + "/" + usual.name())) {
        throw given.wrong("this workload is described twice: " + usual.name());
      }
      workloads.add(
          new WorkloadSpec(
              usual.namespace(),
              usual.name(),
              given.number("pullSeconds", 0, DAY, usual.pullSeconds()),
              given.number("startSeconds", 0, DAY, usual.startSeconds()),
              given.number("startJitterSeconds", 0, DAY, usual.startJitterSeconds()),
              given.number("stopSeconds", 0, DAY, usual.stopSeconds()),
              given.quantityMilli("idleCpu", (long) usual.idleCpuMilli()),
              given.quantityMilli("memory", usual.memoryBytes() * 1000) / 1000,
              given.quantityMilli("memoryPerRequest", 0) / 1000,
              given.quantityMilli("memoryPerSecond", 0) / 1000,
              given.number("logEverySeconds", 0, DAY, 0),
              given.number("runSeconds", 0, DAY, 0),
              crash(given.mapping("crash")),
              http(given.mapping("http"))));
      given.end();
    }
    return workloads;
  }

  private static WorkloadSpec.@Nullable CrashSpec crash(@Nullable YamlMapping given) {
    if (given == null) {
      return null;
    }
    WorkloadSpec.CrashSpec crash =
        new WorkloadSpec.CrashSpec(
            given.number("afterSeconds", 0, DAY),
            given.integer("exitCode", 0, 255, 1),
            given.text("message", "fatal: cannot go on"));
    given.end();
    return crash;
  }

  private static WorkloadSpec.@Nullable HttpSpec http(@Nullable YamlMapping given) {
    if (given == null) {
      return null;
    }
    WorkloadSpec.HttpSpec http =
        new WorkloadSpec.HttpSpec(
            given.integer("port", 1, 65535, 8080),
            given.number("cpuSecondsPerRequest", 0.00001, 100),
            given.number("waitSeconds", 0, 100, 0),
            given.integer("workers", 1, 100_000, 64),
            given.integer("queue", 0, 1_000_000, 100),
            given.number("timeoutSeconds", 0.01, DAY, 5),
            given.number("errorRate", 0, 1, 0),
            given.number("postShare", 0, 1, 0),
            given.number("unreadySeconds", 0, DAY, 0));
    given.end();
    return http;
  }

  private List<TrafficSpec> traffic(YamlMapping top) {
    List<TrafficSpec> traffic = new ArrayList<>();
    Set<String> earlier = new HashSet<>();
    for (YamlMapping given : top.mappings("traffic")) {
      String namespace = given.text("namespace");
      List<TrafficPattern> patterns = new ArrayList<>();
      for (YamlMapping pattern : given.mappings("patterns")) {
        patterns.add(pattern(pattern, namespace, earlier));
      }
      TrafficSpec spec =
          new TrafficSpec(
              namespace, given.text("service"), given.number("noise", 0, 1, 0), patterns);
      if (!earlier.add(spec.key())) {
        throw given.wrong("traffic to this service is given twice: " + spec.key());
      }
      given.end();
      traffic.add(spec);
    }
    return traffic;
  }

  private TrafficPattern pattern(YamlMapping given, String namespace, Set<String> earlier) {
    TrafficPattern pattern = null;
    for (String kind : List.of("constant", "dailyWave", "flashSale", "replay", "follows")) {
      YamlMapping one = given.mapping(kind);
      if (one != null && pattern != null) {
        throw given.wrong("one entry of patterns holds one pattern; begin another with a dash");
      }
      if (one != null) {
        pattern = pattern(kind, one, namespace, earlier);
        one.end();
      }
    }
    given.end();
    if (pattern == null) {
      throw given.wrong("a pattern is constant, dailyWave, flashSale, replay or follows");
    }
    return pattern;
  }

  private TrafficPattern pattern(
      String kind, YamlMapping given, String namespace, Set<String> earlier) {
    return switch (kind) {
      case "constant" ->
          new TrafficPattern.Constant(given.number("requestsPerSecond", 0, MOST_RATE));
      case "dailyWave" ->
          new TrafficPattern.DailyWave(
              given.number("low", 0, MOST_RATE),
              given.number("high", 0, MOST_RATE),
              given.number("periodSeconds", 1, 1e9, DAY),
              given.number("offsetSeconds", 0, 1e9, 0));
      case "flashSale" -> sale(given);
      case "replay" -> {
        String table = given.text("file");
        yield new TrafficPattern.Replay(
            table,
            MinuteTable.read(table, others.apply(table)),
            given.number("scale", 0, 1e6, 1),
            given.number("speed", 0.001, 1e6, 1));
      }
      default -> {
        String service = given.text("service");
        if (!earlier.contains(namespace + "/" + service)) {
          throw given.wrong(
              "follows needs a service of the same namespace with traffic given before: "
                  + service);
        }
        yield new TrafficPattern.Follows(service, given.number("share", 0, 1000));
      }
    };
  }

  private static TrafficPattern sale(YamlMapping given) {
    TrafficPattern.FlashSale sale =
        new TrafficPattern.FlashSale(
            given.number("startSeconds", 0, 1e9),
            given.number("rampSeconds", 0, DAY, 0),
            given.number("holdSeconds", 0, DAY),
            given.number("decaySeconds", 0, DAY, 0),
            given.number("multiplier", 1, 1e6),
            given.number("everySeconds", 0, 1e9, 0));
    double length = sale.rampSeconds() + sale.holdSeconds() + sale.decaySeconds();
    if (sale.everySeconds() > 0 && sale.everySeconds() < length) {
      throw given.wrong(
          "everySeconds " + sale.everySeconds() + " is shorter than the sale of " + length + " s");
    }
    return sale;
  }
}
