package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.node.provider.Instance;
import dev.mangru.autoscaler.node.provider.NodeGroup;
import dev.mangru.autoscaler.node.provider.NodeGroupProvider;
import dev.mangru.autoscaler.node.provider.NodeTemplate;
import dev.mangru.autoscaler.node.shape.NodeShape;
import dev.mangru.autoscaler.node.shape.NodeShapes;
import dev.mangru.autoscaler.node.shape.PodShape;
import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.autoscaler.playground.sim.scenario.Chance;
import dev.mangru.autoscaler.playground.sim.scenario.NodeGroupSpec;
import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ObjectNode;

/// The playground's cloud: machines that boot, join as nodes, fail and go. Thread-safe; calls come
/// from whoever scales, [#step] from the simulation.
public final class SimulatedNodeGroups implements NodeGroupProvider {

  /// Between being told to go and being gone.
  private static final Duration STOPPING = Duration.ofSeconds(2);

  /// Share of the boot time after which a creation that fails is known to have failed.
  private static final double FAILS_AFTER = 0.5;

  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
  private static final int SUFFIX = 5;
  private static final double MILLI = 1000;
  private static final double GIB = 1L << 30;

  private final Scenario scenario;
  private final Chance chance;
  private final Cluster cluster;
  private final InstantSource clock;
  private final MachineBook book;

  /// The groups of a scenario.
  public SimulatedNodeGroups(
      Scenario scenario, Chance chance, Cluster cluster, InstantSource clock) {
    this.scenario = scenario;
    this.chance = chance;
    this.cluster = cluster;
    this.clock = clock;
    this.book = new MachineBook(cluster);
  }

  // ---- the provider
  // ----------------------------------------------------------------------------

  @Override
  public List<NodeGroup> groups() {
    return scenario.nodeGroups().stream()
        .map(spec -> new NodeGroup(spec.name(), spec.min(), spec.max(), true))
        .toList();
  }

  @Override
  public Optional<NodeGroup> groupOf(NodeShape node) {
    String group = node.labels().getOrDefault(NodeObjects.GROUP, "");
    return groups().stream().filter(each -> each.id().equals(group)).findFirst();
  }

  @Override
  public int targetSize(String group) {
    need(group);
    return wanted(book.read().look(group));
  }

  private static int wanted(List<Machine> machines) {
    return (int) machines.stream().filter(Machine::wanted).count();
  }

  @Override
  public void increase(String group, int by) {
    NodeGroupSpec spec = need(group);
    requirePositive(by);
    Instant now = clock.instant();
    book.change(page -> {
      int size = wanted(page.of(group));
      if (size + by > spec.max()) {
        throw refused(
            "node group %s has %d nodes and may have %d: cannot add %d"
                .formatted(group, size, spec.max(), by));
      }
      for (int i = 0; i < by; i++) {
        page.of(group).add(ordered(spec, page.takeNumber(), now));
      }
      return size;
    });
  }

  private Machine ordered(NodeGroupSpec spec, int number, Instant now) {
    String name = name(spec.name(), number);
    double boot = spec.bootSeconds() + spec.bootJitterSeconds() * chance.share("boot", name);
    boolean fails = chance.share("creation", name) < spec.failureRate();
    Instant next = now.plusMillis((long) (boot * MILLI * (fails ? FAILS_AFTER : 1)));
    return new Machine(
        number, spec.name(), name, Instance.State.CREATING, now, next, fails ? "?" : "");
  }

  private String name(String group, int number) {
    SplittableRandom random = chance.random("machine", group + number);
    StringBuilder name = new StringBuilder(group).append('-');
    for (int i = 0; i < SUFFIX; i++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name.toString();
  }

  @Override
  public void decreaseTarget(String group, int by) {
    need(group);
    requirePositive(by);
    book.change(page -> {
      List<Machine> machines = page.of(group);
      List<Machine> coming =
          machines.stream().filter(each -> each.state() == Instance.State.CREATING).toList();
      if (coming.size() < by) {
        throw refused(
            "node group %s waits for %d nodes: cannot take back %d"
                .formatted(group, coming.size(), by));
      }
      machines.removeAll(coming.subList(coming.size() - by, coming.size()));
      return by;
    });
  }

  @Override
  public void delete(String group, Collection<NodeShape> nodes) {
    NodeGroupSpec spec = need(group);
    Set<String> names = new HashSet<>();
    nodes.forEach(node -> names.add(node.name()));
    Instant gone = clock.instant().plus(STOPPING);
    book.change(page -> {
      List<Machine> machines = page.of(group);
      Set<String> known = new HashSet<>();
      machines.forEach(machine -> known.add(machine.name()));
      for (String name : names) {
        if (!known.contains(name)) {
          throw refused("node " + name + " is not of node group " + group);
        }
      }
      long going =
          machines.stream().filter(each -> each.wanted() && names.contains(each.name())).count();
      if (wanted(machines) - going < spec.min()) {
        throw refused(
            "node group %s has %d nodes and must keep %d: cannot delete %d"
                .formatted(group, wanted(machines), spec.min(), going));
      }
      machines.replaceAll(each ->
          each.wanted() && names.contains(each.name())
              ? each.in(Instance.State.DELETING, gone)
              : each);
      return going;
    });
  }

  @Override
  public void deleteInstances(String group, Collection<String> instanceIds) {
    need(group);
    Set<String> ids = Set.copyOf(instanceIds);
    Instant gone = clock.instant().plus(STOPPING);
    book.change(page -> {
      List<Machine> machines = page.of(group);
      machines.removeIf(each -> each.state() == Instance.State.CREATING && ids.contains(each.id()));
      machines.replaceAll(each ->
          each.wanted() && ids.contains(each.id()) ? each.in(Instance.State.DELETING, gone) : each);
      return machines.size();
    });
  }

  @Override
  public List<Instance> instances(String group) {
    NodeGroupSpec spec = need(group);
    return book.read().look(group).stream()
        .map(each -> new Instance(each.id(), each.state(), failure(spec, each), each.created()))
        .toList();
  }

  private static Instance.@org.jspecify.annotations.Nullable Failure failure(
      NodeGroupSpec spec, Machine machine) {
    if (!machine.hasFailed() || machine.failed().equals("?")) {
      return null;
    }
    Instance.ErrorClass kind =
        switch (spec.failureClass()) {
          case "OutOfResources" -> Instance.ErrorClass.OUT_OF_RESOURCES;
          case "QuotaExceeded" -> Instance.ErrorClass.QUOTA_EXCEEDED;
          default -> Instance.ErrorClass.OTHER;
        };
    return new Instance.Failure(kind, spec.failureClass(), machine.failed());
  }

  @Override
  public Optional<NodeTemplate> template(String group) {
    NodeGroupSpec spec = need(group);
    ObjectNode node = NodeObjects.node(spec, "template-" + group, "", 0, clock.instant());
    NodeObjects.ready(node, clock.instant());
    return Optional.of(new NodeTemplate(NodeShapes.of(node), List.of()));
  }

  @Override
  public OptionalDouble nodePrice(NodeShape node) {
    return groupOf(node)
        .map(group -> OptionalDouble.of(need(group.id()).pricePerHour()))
        .orElse(OptionalDouble.empty());
  }

  /// By the cheapest group's price of a core and of a gibibyte, half of the node's price each.
  @Override
  public OptionalDouble podPrice(PodShape pod) {
    return scenario.nodeGroups().stream()
        .mapToDouble(spec ->
            spec.pricePerHour()
                / 2
                * ((double) pod.requests().cpuMilli() / spec.cpuMilli()
                    + pod.requests().memoryBytes() / GIB / (spec.memoryBytes() / GIB)))
        .min();
  }

  @Override
  public void refresh() {
    // Every call reads the book anew.
  }

  private NodeGroupSpec need(String group) {
    NodeGroupSpec spec = scenario.nodeGroup(group);
    if (spec == null) {
      throw new MangruException(
          ErrorCode.NOT_FOUND,
          "no node group "
              + group
              + "; there are "
              + scenario.nodeGroups().stream().map(NodeGroupSpec::name).toList());
    }
    return spec;
  }

  private static void requirePositive(int by) {
    if (by < 1) {
      throw new IllegalArgumentException("must be at least 1: " + by);
    }
  }

  private static MangruException refused(String message) {
    return new MangruException(ErrorCode.UNAVAILABLE, message);
  }

  // ---- the simulation
  // --------------------------------------------------------------------------

  /// Lets machines boot, join, fail and go.
  public void step(Instant now) {
    if (book.isNew()) {
      book.change(page -> {
        for (NodeGroupSpec spec : scenario.nodeGroups()) {
          List<Machine> machines = page.of(spec.name());
          for (int i = 0; i < spec.initial(); i++) {
            int number = page.takeNumber();
            machines.add(
                new Machine(
                    number,
                    spec.name(),
                    name(spec.name(), number),
                    Instance.State.RUNNING,
                    now,
                    now,
                    ""));
          }
        }
        return 0;
      });
    }
    boolean due =
        book.read().all().values().stream()
            .flatMap(List::stream)
            .anyMatch(each -> isDue(each, now));
    MachineBook.Page page = due ? book.change(changed -> turn(changed, now)) : book.read();
    page.all().values().forEach(machines -> machines.forEach(each -> follow(each, now)));
    if (due) {
      book.change(changed -> {
        changed.all().values().forEach(machines -> machines.removeIf(each -> isGone(each, now)));
        return 0;
      });
    }
  }

  private static boolean isDue(Machine machine, Instant now) {
    boolean reached = !machine.next().isAfter(now);
    return switch (machine.state()) {
      case CREATING -> reached && (!machine.hasFailed() || machine.failed().equals("?"));
      case DELETING -> reached;
      case RUNNING -> false;
    };
  }

  private static boolean isGone(Machine machine, Instant now) {
    return machine.state() == Instance.State.DELETING && !machine.next().isAfter(now);
  }

  private static MachineBook.Page turn(MachineBook.Page page, Instant now) {
    page.all()
        .forEach((group, machines) ->
            machines.replaceAll(each -> {
              if (each.state() != Instance.State.CREATING || !isDue(each, now)) {
                return each;
              }
              return each.hasFailed()
                  ? each.broken("no machine of node group " + group + " is to be had now")
                  : each.in(Instance.State.RUNNING, now);
            }));
    return page;
  }

  /// Makes the node of a machine that runs, and removes that of one that is gone.
  private void follow(Machine machine, Instant now) {
    ObjectNode node = cluster.find(Kinds.NODES, "", machine.name());
    NodeGroupSpec spec = scenario.nodeGroup(machine.group());
    if (machine.state() == Instance.State.RUNNING && node == null && spec != null) {
      ObjectNode joined =
          NodeObjects.node(spec, machine.name(), machine.id(), machine.number(), now);
      if (machine.isFirst()) {
        NodeObjects.ready(joined, now);
      }
      cluster.create(Kinds.NODES, joined);
    } else if (isGone(machine, now) && node != null) {
      for (ObjectNode pod : cluster.list(Kinds.PODS)) {
        if (Fields.text(pod, "spec", "nodeName").equals(machine.name())) {
          cluster.delete(Kinds.PODS, pod, DeleteOptions.immediate());
        }
      }
      cluster.delete(Kinds.NODES, node, DeleteOptions.immediate());
    }
  }
}
