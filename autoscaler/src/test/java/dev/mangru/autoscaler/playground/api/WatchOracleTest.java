package dev.mangru.autoscaler.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.StoreOptions;
import dev.mangru.model.testkit.Seeds;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.ObjectNode;

/// A plain reflector, list and then watch, against what a list says in the end, while objects enter
/// and leave its selection, watches drop and revisions are forgotten.
final class WatchOracleTest {

  private static final String SELECTED = "/api/v1/configmaps?labelSelector=app%3Dweb";
  private static final String LAST = "last";

  /// What the reflector has seen: revision by name.
  private final Map<String, String> seen = new TreeMap<>();

  private String revision = "";

  @Timeout(60)
  @Seeds(12)
  void a_reflector_ends_with_what_a_list_says(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    int history = 5 + random.nextInt(60);
    try (TestApi api = new TestApi(StoreOptions.DEFAULTS.keeping(history), how -> how)) {
      Thread writer = Thread.ofVirtual().start(() -> write(api, random.split()));
      while (!seen.containsKey(LAST)) {
        if (revision.isEmpty()) {
          list(api);
        } else {
          follow(api);
        }
      }
      writer.join();
      Map<String, String> reflected = new TreeMap<>(seen);
      list(api);
      assertThat(reflected).isEqualTo(seen);
    }
  }

  private static void write(TestApi api, SplittableRandom random) {
    for (int i = 0; i < 300; i++) {
      String name = "o" + random.nextInt(12);
      try {
        switch (random.nextInt(5)) {
          case 0, 1 -> api.store.create("configmaps", labelled(name, random.nextBoolean()));
          case 2 -> api.store.delete("configmaps", "default", name, DeleteOptions.defaults());
          default -> api.store.update("configmaps", labelled(name, random.nextBoolean()));
        }
      } catch (KubeApiException e) {
        assertThat(e.code()).isIn(404, 409);
      }
      if (random.nextInt(25) == 0) {
        api.server.faults().dropWatches();
        LockSupport.parkNanos(2_000_000);
      }
    }
    api.store.create("configmaps", labelled(LAST, true));
  }

  private static ObjectNode labelled(String name, boolean selected) {
    return TestApi.tree(
        "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'default','name':'%s','labels':{'app':'%s'}}}"
            .formatted(name, selected ? "web" : "other"));
  }

  private void list(TestApi api) throws IOException, InterruptedException {
    TestApi.Answer answer = api.get(SELECTED);
    seen.clear();
    answer.body().path("items").forEach(item -> put((ObjectNode) item));
    revision = answer.text("/metadata/resourceVersion");
  }

  private void put(ObjectNode object) {
    seen.put(
        object.at("/metadata/name").asString(""),
        object.at("/metadata/resourceVersion").asString(""));
  }

  private void follow(TestApi api) throws IOException, InterruptedException {
    try (TestApi.Watching watch = api.watch(SELECTED + "&resourceVersion=" + revision)) {
      while (!seen.containsKey(LAST)) {
        ObjectNode event = watch.next();
        String type = event.path("type").asString("");
        if (!(event.get("object") instanceof ObjectNode object)
            || type.equals("END")
            || type.equals("CUT")) {
          return; // dropped: again from the last revision
        }
        if (type.equals("ERROR")) {
          assertThat(object.path("code").asInt()).isEqualTo(410);
          revision = "";
          return;
        }
        String name = object.at("/metadata/name").asString("");
        assertThat(seen.containsKey(name)).as("%s %s", type, name).isEqualTo(!type.equals("ADDED"));
        if (type.equals("DELETED")) {
          seen.remove(name);
        } else {
          put(object);
        }
        revision = object.at("/metadata/resourceVersion").asString("");
      }
    }
  }
}
