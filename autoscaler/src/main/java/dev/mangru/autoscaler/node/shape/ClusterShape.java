package dev.mangru.autoscaler.node.shape;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which pod sits on which node: the view of the others that [Feasibility] needs.
///
/// Confined to one thread. Changes can be tried and taken back: [#mark] before, [#rollback] after;
/// both cost as much as the changes between them, not as the cluster. Nodes keep the order in which
/// they came, so the same calls give the same answers.
public final class ClusterShape {

  /// A count of pods by topology domain is kept for at most so many distinct constraints; chosen,
  /// to bound memory. Beyond it all are dropped and counted anew.
  private static final int MAX_COUNTS = 1_000;

  /// A label of nodes and one of its values: what makes nodes neighbours.
  private record Domain(String key, String value) {}

  private final Map<String, NodeRoom> rooms = new LinkedHashMap<>();
  private final Map<String, Map<String, String>> namespaces = new HashMap<>();
  private final Map<String, VolumeClaim> claims = new HashMap<>();
  private final Map<String, Integer> claimUsers = new HashMap<>();

  /// Pods with required anti-affinity, by the domain in which each refuses others.
  private final Map<Domain, List<PodShape>> repelling = new HashMap<>();

  /// How many domains of `repelling` there are for each topology key.
  private final Map<String, Integer> repellingKeys = new LinkedHashMap<>();

  private final Map<Object, DomainCounts> counts = new HashMap<>();
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private int marks;

  /// A cluster of nodes and the pods bound to them.
  ///
  /// Pods that are bound to no node or to one that is not there, and pods that have ended, take no
  /// part.
  public static ClusterShape of(Collection<NodeShape> nodes, Collection<PodShape> pods) {
    ClusterShape cluster = new ClusterShape();
    nodes.forEach(cluster::addNode);
    for (PodShape pod : pods) {
      String node = pod.nodeName();
      if (node != null && cluster.rooms.containsKey(node) && !pod.hasEnded()) {
        cluster.place(pod, node);
      }
    }
    return cluster;
  }

  /// All nodes with their pods, a view.
  public Collection<NodeRoom> rooms() {
    return Collections.unmodifiableCollection(rooms.values());
  }

  /// One node with its pods; null when it is not there.
  public @Nullable NodeRoom room(String node) {
    return rooms.get(node);
  }

  /// Tells a namespace's labels, for terms that pick namespaces by them.
  public void namespace(String name, Map<String, String> labels) {
    Map<String, String> withName = new HashMap<>(labels);
    withName.put("kubernetes.io/metadata.name", name); // the API server puts it on every namespace
    namespaces.put(name, Map.copyOf(withName));
    counts.clear();
  }

  /// Tells of a persistent volume claim. Pods whose claims are not known cannot be placed.
  public void claim(VolumeClaim claim) {
    claims.put(claim.namespace() + "/" + claim.name(), claim);
  }

  /// Adds a node, or puts it in the place of the one with its name, whose pods stay.
  public void addNode(NodeShape node) {
    NodeRoom before = rooms.get(node.name());
    NodeRoom room = new NodeRoom(node);
    rooms.put(node.name(), room);
    if (before == null) {
      counts.values().forEach(each -> each.addNode(node));
      remember(() -> removeNode(node.name()));
      return;
    }
    List<PodShape> pods = List.copyOf(before.pods());
    pods.forEach(room::add);
    pods.forEach(pod -> repel(pod, before.node(), false));
    pods.forEach(pod -> repel(pod, node, true));
    counts.clear();
    remember(() -> addNode(before.node()));
  }

  /// Takes a node away, with the pods on it.
  public void removeNode(String name) {
    NodeRoom room = rooms.get(name);
    if (room == null) {
      throw new IllegalArgumentException("no node " + name);
    }
    List<PodShape> pods = List.copyOf(room.pods());
    pods.forEach(pod -> remove(pod, name));
    rooms.remove(name);
    counts.clear();
    remember(() -> addNode(room.node()));
  }

  /// Puts a pod on a node without asking whether it fits.
  public void place(PodShape pod, String node) {
    NodeRoom room = existing(node);
    room.add(pod);
    changed(pod, room.node(), true);
    remember(() -> remove(pod, node));
  }

  /// Takes a pod off a node.
  public void remove(PodShape pod, String node) {
    NodeRoom room = existing(node);
    room.remove(pod);
    changed(pod, room.node(), false);
    remember(() -> place(pod, node));
  }

  /// Remembers this moment for [#rollback]. Marks nest.
  public int mark() {
    marks++;
    return undo.size();
  }

  /// Takes back every change since a mark, which is thereby used up.
  public void rollback(int mark) {
    marks--;
    List<Runnable> back = new ArrayList<>();
    while (undo.size() > mark) {
      back.add(undo.pop());
    }
    int open = marks;
    marks = 0; // what is taken back is not itself to be taken back
    back.forEach(Runnable::run);
    marks = open;
  }

  /// Keeps every change since a mark, which is thereby used up; an outer mark can still take them
  /// back.
  public void keep(int mark) {
    marks--;
    if (marks == 0) {
      undo.clear();
    } else if (undo.size() < mark) {
      throw new IllegalArgumentException("mark " + mark + " is beyond " + undo.size() + " changes");
    }
  }

  Map<String, String> namespaceLabels(String name) {
    Map<String, String> labels = namespaces.get(name);
    return labels == null ? Map.of("kubernetes.io/metadata.name", name) : labels;
  }

  @Nullable VolumeClaim claim(String namespace, String name) {
    return claims.get(namespace + "/" + name);
  }

  boolean claimInUse(String namespace, String name) {
    return claimUsers.containsKey(namespace + "/" + name);
  }

  /// Whether some pod that is already there refuses `pod` on `node`.
  boolean repelled(PodShape pod, NodeShape node) {
    for (String key : repellingKeys.keySet()) {
      String value = node.labels().get(key);
      List<PodShape> there = value == null ? null : repelling.get(new Domain(key, value));
      if (there != null && anyRepels(there, key, pod)) {
        return true;
      }
    }
    return false;
  }

  private boolean anyRepels(List<PodShape> there, String key, PodShape pod) {
    Map<String, String> labels = namespaceLabels(pod.namespace());
    for (PodShape each : there) {
      for (PodTerm term : each.placement().antiAffinity()) {
        if (term.topologyKey().equals(key) && term.matches(pod, labels)) {
          return true;
        }
      }
    }
    return false;
  }

  /// The counts for a question, counted once and then kept up to date.
  ///
  /// @param question equal questions share their counts
  /// @param empty makes counts that know no node yet
  DomainCounts counts(Object question, Supplier<DomainCounts> empty) {
    DomainCounts known = counts.get(question);
    if (known != null) {
      return known;
    }
    if (counts.size() >= MAX_COUNTS) {
      counts.clear();
    }
    DomainCounts fresh = empty.get();
    for (NodeRoom room : rooms.values()) {
      fresh.addNode(room.node());
      for (PodShape pod : room.pods()) {
        fresh.changed(pod, room.node(), 1);
      }
    }
    counts.put(question, fresh);
    return fresh;
  }

  private NodeRoom existing(String node) {
    NodeRoom room = rooms.get(node);
    if (room == null) {
      throw new IllegalArgumentException("no node " + node);
    }
    return room;
  }

  private void changed(PodShape pod, NodeShape node, boolean added) {
    for (DomainCounts each : counts.values()) {
      each.changed(pod, node, added ? 1 : -1);
    }
    repel(pod, node, added);
    for (PodVolume volume : pod.volumes()) {
      if (volume instanceof PodVolume.Claim claim) {
        claimUsers.merge(
            pod.namespace() + "/" + claim.claim(),
            added ? 1 : -1,
            (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
      }
    }
  }

  private void repel(PodShape pod, NodeShape node, boolean added) {
    for (PodTerm term : pod.placement().antiAffinity()) {
      String value = node.labels().get(term.topologyKey());
      if (value == null) {
        continue;
      }
      Domain domain = new Domain(term.topologyKey(), value);
      if (added) {
        List<PodShape> there = repelling.computeIfAbsent(domain, _ -> new ArrayList<>());
        if (there.isEmpty()) {
          repellingKeys.merge(domain.key(), 1, Integer::sum);
        }
        there.add(pod);
      } else {
        forget(domain, pod);
      }
    }
  }

  private void forget(Domain domain, PodShape pod) {
    List<PodShape> there = repelling.get(domain);
    if (there == null || !there.removeIf(each -> each.key().equals(pod.key()))) {
      return;
    }
    if (there.isEmpty()) {
      repelling.remove(domain);
      repellingKeys.merge(domain.key(), -1, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
    }
  }

  private void remember(Runnable back) {
    if (marks > 0) {
      undo.push(back);
    }
  }
}
