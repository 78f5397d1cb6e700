package dev.mangru.autoscaler.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.playground.store.StoreOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

final class ListsAndWatchesTest {

  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi(StoreOptions.DEFAULTS.keeping(40), how -> how);
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  private void make(String name, String labels) {
    api.store.create(
        "configmaps",
        TestApi.tree(
            "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'default','name':'%s','labels':{%s}}}"
                .formatted(name, labels)));
  }

  private static List<String> names(ObjectNode list) {
    List<String> names = new ArrayList<>();
    list.path("items").forEach(item -> names.add(item.at("/metadata/name").asString("")));
    return names;
  }

  @Test
  void pages_show_one_revision_whatever_happens_between() throws Exception {
    for (char c = 'a'; c <= 'e'; c++) {
      make(String.valueOf(c), "");
    }
    TestApi.Answer first = api.get(MAPS + "?limit=2");
    assertThat(names(first.body())).containsExactly("a", "b");
    assertThat(first.text("/metadata/remainingItemCount")).isEqualTo("3");
    make("bb", "");
    api.store.delete("configmaps", "default", "c", DeleteOptions.immediate());
    TestApi.Answer second = api.get(MAPS + "?limit=2&continue=" + first.text("/metadata/continue"));
    assertThat(names(second.body())).containsExactly("c", "d");
    TestApi.Answer third = api.get(MAPS + "?limit=2&continue=" + second.text("/metadata/continue"));
    assertThat(names(third.body())).containsExactly("e");
    assertThat(third.body().at("/metadata/continue").isMissingNode()).isTrue();
    assertThat(third.text("/metadata/resourceVersion"))
        .isEqualTo(first.text("/metadata/resourceVersion"));
    for (int i = 0; i < 50; i++) {
      int n = i;
      api.store.mutate("configmaps", "default", "a", o -> o.put("n", n));
    }
    TestApi.Answer late = api.get(MAPS + "?limit=2&continue=" + first.text("/metadata/continue"));
    assertThat(late.code()).isEqualTo(410);
    assertThat(late.text("/reason")).isEqualTo("Expired");
    assertThat(api.get(MAPS + "?limit=2&continue=rubbish").code()).isEqualTo(400);
  }

  @Test
  void selectors_choose() throws Exception {
    make("a", "'tier':'front','n':'1'");
    make("b", "'tier':'back'");
    make("c", "");
    assertThat(names(api.get(MAPS + "?labelSelector=tier").body())).containsExactly("a", "b");
    assertThat(names(api.get(MAPS + "?labelSelector=tier%20in%20(back,x)").body()))
        .containsExactly("b");
    assertThat(names(api.get(MAPS + "?labelSelector=tier%20notin%20(back),!n").body()))
        .containsExactly("c");
    assertThat(names(api.get(MAPS + "?labelSelector=tier!%3Dback,n%3D%3D1").body()))
        .containsExactly("a");
    assertThat(names(api.get(MAPS + "?fieldSelector=metadata.name!%3Db").body()))
        .containsExactly("a", "c");
    TestApi.Answer wrong = api.get(MAPS + "?fieldSelector=data.x%3D1");
    assertThat(wrong.code()).isEqualTo(400);
    assertThat(wrong.message()).contains("field label not supported: data.x");
    assertThat(api.get(MAPS + "?labelSelector=tier%20near%20(a)").code()).isEqualTo(400);
  }

  @Test
  void a_list_can_ask_for_a_revision() throws Exception {
    make("a", "");
    String then = api.get(MAPS).text("/metadata/resourceVersion");
    make("b", "");
    assertThat(names(api.get(MAPS + "?resourceVersionMatch=Exact&resourceVersion=" + then).body()))
        .containsExactly("a");
    assertThat(
            names(
                api.get(MAPS + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + then)
                    .body()))
        .containsExactly("a", "b");
    assertThat(api.get(MAPS + "?resourceVersion=99999").code()).isEqualTo(504);
  }

  @Test
  void a_watch_tells_what_is_there_and_what_happens() throws Exception {
    make("a", "");
    try (TestApi.Watching watch = api.watch(MAPS)) {
      assertThat(watch.told()).isEqualTo("ADDED a");
      make("b", "");
      assertThat(watch.told()).isEqualTo("ADDED b");
      api.store.mutate("configmaps", "default", "a", o -> o.put("x", 1));
      assertThat(watch.told()).isEqualTo("MODIFIED a");
      api.store.delete("configmaps", "default", "a", DeleteOptions.immediate());
      ObjectNode gone = watch.next();
      assertThat(gone.path("type").asString("")).isEqualTo("DELETED");
      assertThat(gone.at("/object/metadata/resourceVersion").asLong())
          .isEqualTo(api.store.revision());
    }
  }

  @Test
  void what_enters_or_leaves_the_selection_is_added_or_deleted() throws Exception {
    make("a", "'app':'web'");
    String from = api.get(MAPS).text("/metadata/resourceVersion");
    try (TestApi.Watching watch =
        api.watch(MAPS + "?labelSelector=app%3Dweb&resourceVersion=" + from)) {
      make("b", "'app':'other'");
      api.store.mutate("configmaps", "default", "a", o -> with(o, "other"));
      assertThat(watch.told()).isEqualTo("DELETED a");
      api.store.mutate("configmaps", "default", "b", o -> with(o, "web"));
      assertThat(watch.told()).isEqualTo("ADDED b");
    }
  }

  private static ObjectNode with(ObjectNode object, String app) {
    object.withObject("/metadata/labels").put("app", app);
    return object;
  }

  @Test
  void a_watch_from_a_forgotten_revision_is_told_410() throws Exception {
    make("a", "");
    String from = api.get(MAPS).text("/metadata/resourceVersion");
    for (int i = 0; i < 60; i++) {
      int n = i;
      api.store.mutate("configmaps", "default", "a", o -> o.put("n", n));
    }
    try (TestApi.Watching watch = api.watch(MAPS + "?resourceVersion=" + from)) {
      ObjectNode event = watch.next();
      assertThat(event.path("type").asString("")).isEqualTo("ERROR");
      assertThat(event.at("/object/code").asInt()).isEqualTo(410);
      assertThat(watch.told()).isEqualTo("END");
    }
  }

  @Test
  void initial_events_end_with_a_bookmark() throws Exception {
    make("a", "");
    try (TestApi.Watching watch =
        api.watch(
            MAPS
                + "?sendInitialEvents=true&allowWatchBookmarks=true"
                + "&resourceVersionMatch=NotOlderThan")) {
      assertThat(watch.told()).isEqualTo("ADDED a");
      ObjectNode bookmark = watch.next();
      assertThat(bookmark.path("type").asString("")).isEqualTo("BOOKMARK");
      assertThat(
              bookmark.at("/object/metadata/annotations/k8s.io~1initial-events-end").asString(""))
          .isEqualTo("true");
    }
  }

  @Test
  void a_quiet_watch_gets_bookmarks_with_the_newest_revision() throws Exception {
    long[] nanos = {0};
    try (TestApi quick =
            new TestApi(
                StoreOptions.DEFAULTS, how -> how.ticker(() -> nanos[0] += 3_000_000_000L));
        TestApi.Watching watch = quick.watch("/api/v1/pods?allowWatchBookmarks=true")) {
      ObjectNode bookmark = watch.next();
      assertThat(bookmark.path("type").asString("")).isEqualTo("BOOKMARK");
      assertThat(bookmark.at("/object/kind").asString("")).isEqualTo("Pod");
      assertThat(bookmark.at("/object/metadata/resourceVersion").asLong())
          .isEqualTo(quick.store.revision());
    }
  }

  @Test
  void a_watch_ends_after_its_timeout() throws Exception {
    try (TestApi.Watching watch = api.watch(MAPS + "?timeoutSeconds=1")) {
      assertThat(watch.told()).isEqualTo("END");
    }
  }

  @Test
  void a_watched_table_names_its_columns_once() throws Exception {
    make("a", "");
    make("b", "");
    try (TestApi.Watching watch = api.watch(MAPS, TABLE)) {
      ObjectNode first = watch.next();
      assertThat(first.at("/object/kind").asString("")).isEqualTo("Table");
      assertThat(first.at("/object/columnDefinitions")).hasSize(3);
      assertThat(first.at("/object/rows/0/cells/0").asString("")).isEqualTo("a");
      assertThat(watch.next().at("/object/columnDefinitions")).isEmpty();
    }
  }

  @Test
  void a_watcher_that_does_not_read_is_cut_off() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (TestApi patient = new TestApi(StoreOptions.DEFAULTS, how -> how.ticker(nanos::get));
        Socket deaf = new Socket(InetAddress.getLoopbackAddress(), patient.server.port())) {
      deaf.getOutputStream()
          .write(
              "GET /api/v1/configmaps?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      while (patient.server.openWatches() == 0) {
        Thread.sleep(10);
      }
      String big = "x".repeat(500_000);
      patient.store.create(
          "configmaps", TestApi.tree("{'metadata':{'namespace':'default','name':'a'}}"));
      for (int i = 0; i < 60; i++) {
        int n = i;
        patient.store.mutate("configmaps", "default", "a", o -> o.put("n", n).put("big", big));
      }
      Thread.sleep(300);
      assertThat(patient.server.openWatches()).as("it has time").isEqualTo(1);
      // The watcher's own patience is 30 minutes: it is the deaf ear that ends it.
      for (int i = 0; i < 1000 && patient.server.openWatches() > 0; i++) {
        nanos.addAndGet(Watches.WRITE_LIMIT.toNanos() / 15);
        Thread.sleep(20);
      }
      assertThat(patient.server.openWatches()).isZero();
    }
  }

  @Test
  void a_dropped_watch_ends() throws Exception {
    try (TestApi.Watching watch = api.watch(MAPS)) {
      make("a", "");
      assertThat(watch.told()).isEqualTo("ADDED a");
      assertThat(api.server.openWatches()).isEqualTo(1);
      api.server.faults().dropWatches();
      assertThat(watch.told()).isEqualTo("END");
    }
  }
}
