package dev.mangru.autoscaler.playground.store;

import static dev.mangru.autoscaler.playground.store.TestObjects.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// Random calls against the naive store: a list of whole copies, one for each revision.
final class ObjectStoreOracleTest {

  private final TestObjects.Clock clock = new TestObjects.Clock();

  /// The objects at each revision.
  private final List<Map<ObjectKey, ObjectNode>> revisions = new ArrayList<>();

  private void remember(ObjectStore store) {
    while (revisions.size() <= store.revision()) {
      revisions.add(new TreeMap<>());
    }
    Map<ObjectKey, ObjectNode> now = revisions.getLast();
    for (String resource : List.of("pods", "apps/deployments")) {
      for (ObjectNode object : store.list(resource, "").items()) {
        now.put(ObjectKey.of(resource, object), object);
      }
    }
  }

  @Seeds(150)
  void lists_at_any_revision_and_watches_from_any_revision_agree_with_whole_copies(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int history = 8 + random.nextInt(64);
    ObjectStore store = ObjectStore.inMemory(clock, seed, StoreOptions.DEFAULTS.keeping(history));
    remember(store);
    for (int i = 0; i < 20 + seed; i++) {
      step(store, random);
      remember(store);
    }
    for (int i = 0; i < 20; i++) {
      check(store, random, history);
    }
  }

  private static void step(ObjectStore store, SplittableRandom random) {
    String resource = random.nextInt(3) == 0 ? "apps/deployments" : "pods";
    String namespace = random.nextBoolean() ? "a" : "b";
    String name = "o" + random.nextInt(6);
    try {
      switch (random.nextInt(4)) {
        case 0 -> store.create(resource, named(namespace, name));
        case 1 -> store.mutate(resource, namespace, name, o -> o.put("x", random.nextInt(3)));
        case 2 -> store.delete(resource, namespace, name, DeleteOptions.defaults());
        default -> store.update(resource, named(namespace, name).put("y", random.nextInt(2)));
      }
    } catch (KubeApiException e) {
      assertThat(e.code()).isIn(404, 409);
    }
  }

  private void check(ObjectStore store, SplittableRandom random, int history) {
    String resource = random.nextBoolean() ? "pods" : "apps/deployments";
    String namespace = random.nextInt(3) == 0 ? "a" : "";
    long revision = 1 + random.nextLong(store.revision());
    try {
      List<ObjectNode> expected =
          revisions.get((int) revision).entrySet().stream()
              .filter(e -> e.getKey().resource().equals(resource))
              .filter(e -> namespace.isEmpty() || e.getKey().namespace().equals(namespace))
              .map(Map.Entry::getValue)
              .toList();
      assertThat(store.listAt(resource, namespace, revision).items()).isEqualTo(expected);
      assertThat(replayed(store, resource, revision)).isEqualTo(present(store, resource));
    } catch (KubeApiException e) {
      assertThat(e.code()).isEqualTo(410);
      assertThat(revision)
          .as("only what is older than the history is forgotten")
          .isLessThan(store.revision() - history + 1);
    }
  }

  /// The state at a revision with the watch's events applied.
  private Map<ObjectKey, ObjectNode> replayed(ObjectStore store, String resource, long revision) {
    Map<ObjectKey, ObjectNode> state = new TreeMap<>();
    revisions
        .get((int) revision)
        .forEach((key, object) -> {
          if (key.resource().equals(resource)) {
            state.put(key, object);
          }
        });
    long at = revision;
    List<Change> changes;
    do {
      changes = store.changesSince(resource, at, 3);
      for (Change change : changes) {
        ObjectNode before =
            change.type() == Change.Type.DELETED
                ? state.remove(change.key())
                : state.put(change.key(), change.object());
        assertThat(before).isEqualTo(change.before());
        at = change.revision();
      }
    } while (!changes.isEmpty());
    return state;
  }

  private static Map<ObjectKey, ObjectNode> present(ObjectStore store, String resource) {
    Map<ObjectKey, ObjectNode> state = new TreeMap<>();
    store.list(resource, "").items().forEach(o -> state.put(ObjectKey.of(resource, o), o));
    return state;
  }
}
