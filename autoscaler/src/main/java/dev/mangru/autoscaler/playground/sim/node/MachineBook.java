package dev.mangru.autoscaler.playground.sim.node;

import dev.mangru.autoscaler.playground.sim.cluster.Cluster;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Kinds;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The machines of all groups, kept in the config map `kube-system/playground-node-groups`, so that
/// they outlive the process as the nodes do. Thread-safe: every change is one change of that
/// object.
final class MachineBook {

  static final String NAMESPACE = "kube-system";
  static final String NAME = "playground-node-groups";

  private static final String NEXT = "nextNumber";
  private static final JsonMapper JSON = new JsonMapper();
  private static final int TRIES = 100;

  private final Cluster cluster;
  private volatile @Nullable Read last;

  /// What was read last, for as long as it is the present version.
  private record Read(ObjectNode map, Page page) {}

  MachineBook(Cluster cluster) {
    this.cluster = cluster;
  }

  /// The machines of each group, in the order in which they were asked for, and the next number.
  static final class Page {
    private final TreeMap<String, List<Machine>> groups = new TreeMap<>();
    private int nextNumber;

    /// The machines of a group; in a change the list may be changed.
    List<Machine> of(String group) {
      return groups.computeIfAbsent(group, _ -> new ArrayList<>());
    }

    /// The machines of a group, to look at.
    List<Machine> look(String group) {
      return groups.getOrDefault(group, List.of());
    }

    /// Every group, by name.
    Map<String, List<Machine>> all() {
      return groups;
    }

    int takeNumber() {
      return nextNumber++;
    }
  }

  boolean isNew() {
    return cluster.find(Kinds.CONFIG_MAPS, NAMESPACE, NAME) == null;
  }

  /// The machines as they are; do not change the page.
  Page read() {
    ObjectNode map = cluster.find(Kinds.CONFIG_MAPS, NAMESPACE, NAME);
    if (map == null) {
      return new Page();
    }
    Read known = last;
    if (known == null || !version(known.map()).equals(version(map))) {
      known = new Read(map, page(map));
      last = known;
    }
    return known.page();
  }

  private static String version(ObjectNode map) {
    return Fields.text(map, "metadata", "resourceVersion");
  }

  /// Changes the machines, all or nothing. `edit` may be called again on a newer page, and must do
  /// nothing else.
  <T> T change(Function<Page, T> edit) {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      ObjectNode map = cluster.find(Kinds.CONFIG_MAPS, NAMESPACE, NAME);
      Page page = map == null ? new Page() : page(map);
      T result = edit.apply(page);
      if (map == null) {
        ObjectNode fresh = Fields.newObject("v1", "ConfigMap", NAMESPACE, NAME);
        write(page, fresh);
        if (cluster.create(Kinds.CONFIG_MAPS, fresh) != null) {
          return result;
        }
      } else {
        ObjectNode copy = map.deepCopy();
        write(page, copy);
        if (cluster.replace(Kinds.CONFIG_MAPS, copy)) {
          return result;
        }
      }
    }
    throw new MangruException(
        ErrorCode.UNAVAILABLE,
        "config map " + NAMESPACE + "/" + NAME + " keeps being changed by someone else; try again");
  }

  private static Page page(ObjectNode map) {
    Page page = new Page();
    Fields.at(map, "data")
        .forEachEntry((name, value) -> {
          JsonNode json = JSON.readTree(value.asString("{}"));
          if (name.equals(NEXT)) {
            page.nextNumber = json.asInt(0);
            return;
          }
          for (JsonNode machine : json.path("machines")) {
            page.of(name).add(Machine.read(name, machine));
          }
        });
    return page;
  }

  private static void write(Page page, ObjectNode map) {
    ObjectNode data = map.putObject("data");
    page.all()
        .forEach((group, machines) -> {
          ObjectNode json = Fields.newObject();
          json.put("target", machines.stream().filter(Machine::wanted).count());
          ArrayNode list = json.putArray("machines");
          machines.forEach(machine -> list.add(machine.json()));
          data.put(group, json.toString());
        });
    data.put(NEXT, Integer.toString(page.nextNumber));
  }
}
