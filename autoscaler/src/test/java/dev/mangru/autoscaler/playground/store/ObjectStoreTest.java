package dev.mangru.autoscaler.playground.store;

import static dev.mangru.autoscaler.playground.store.TestObjects.named;
import static dev.mangru.autoscaler.playground.store.TestObjects.object;
import static dev.mangru.autoscaler.playground.store.TestObjects.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

final class ObjectStoreTest {

  private static final String DEPLOYMENTS = "apps/deployments";

  private final TestObjects.Clock clock = new TestObjects.Clock();
  private final ObjectStore store = ObjectStore.inMemory(clock, 42);

  private static int codeOf(Runnable action) {
    try {
      action.run();
      return 200;
    } catch (KubeApiException e) {
      return e.code();
    }
  }

  @Test
  void a_new_object_gets_uid_revision_generation_and_time() {
    ObjectNode made =
        store.create(DEPLOYMENTS, object("{'metadata':{'namespace':'a','name':'web'},'spec':{}}"));
    assertThat(text(made, "/metadata/resourceVersion")).isEqualTo("2");
    assertThat(text(made, "/metadata/creationTimestamp")).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(made.at("/metadata/generation").asInt()).isEqualTo(1);
    assertThat(java.util.UUID.fromString(text(made, "/metadata/uid")).version()).isEqualTo(4);
    assertThat(store.get(DEPLOYMENTS, "a", "web")).isEqualTo(made);
  }

  @Test
  void the_same_seed_and_calls_make_the_same_objects() {
    ObjectStore other = ObjectStore.inMemory(clock, 42);
    ObjectStore stranger = ObjectStore.inMemory(clock, 43);
    ObjectNode pod = object("{'metadata':{'namespace':'a','generateName':'web-'}}");
    ObjectNode made = store.create("pods", pod);
    assertThat(other.create("pods", pod)).isEqualTo(made);
    assertThat(text(made, "/metadata/name")).matches("web-[bcdfghjklmnpqrstvwxz2456789]{5}");
    assertThat(text(stranger.create("pods", pod), "/metadata/name"))
        .isNotEqualTo(text(made, "/metadata/name"));
  }

  @Test
  void a_taken_name_is_refused_in_kubernetes_words() {
    store.create(DEPLOYMENTS, named("a", "web"));
    assertThatThrownBy(() -> store.create(DEPLOYMENTS, named("a", "web")))
        .isInstanceOfSatisfying(
            KubeApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(409);
              assertThat(e.reason()).isEqualTo("AlreadyExists");
              assertThat(e.text()).isEqualTo("deployments.apps \"web\" already exists");
            });
    assertThat(codeOf(() -> store.create(DEPLOYMENTS, named("b", "web")))).isEqualTo(200);
  }

  @Test
  void an_update_of_an_older_revision_is_a_conflict() {
    ObjectNode first = store.create(DEPLOYMENTS, named("a", "web"));
    ObjectNode mine = first.deepCopy();
    mine.putObject("spec").put("replicas", 2);
    store.update(DEPLOYMENTS, mine);
    assertThatThrownBy(() -> store.update(DEPLOYMENTS, mine))
        .hasMessage(
            "Operation cannot be fulfilled on deployments.apps \"web\": the object has been"
                + " modified; please apply your changes to the latest version and try again");
  }

  @Test
  void an_update_without_a_revision_always_wins_and_one_without_change_takes_no_revision() {
    store.create(DEPLOYMENTS, object("{'metadata':{'namespace':'a','name':'web'},'spec':{'n':1}}"));
    ObjectNode next = object("{'metadata':{'namespace':'a','name':'web'},'spec':{'n':2}}");
    ObjectNode updated = store.update(DEPLOYMENTS, next);
    assertThat(updated.at("/metadata/generation").asInt()).isEqualTo(2);
    long revision = store.revision();
    next.putObject("spec").put("n", 2L);
    assertThat(store.update(DEPLOYMENTS, next)).isEqualTo(updated);
    assertThat(store.revision()).isEqualTo(revision);
  }

  @Test
  void a_status_change_leaves_the_generation() {
    store.create(DEPLOYMENTS, object("{'metadata':{'namespace':'a','name':'web'},'spec':{'n':1}}"));
    ObjectNode changed =
        store.mutate(DEPLOYMENTS, "a", "web", o -> o.set("status", object("{'ready':1}")));
    assertThat(changed.at("/metadata/generation").asInt()).isEqualTo(1);
  }

  @Test
  void system_fields_cannot_be_written() {
    ObjectNode made = store.create(DEPLOYMENTS, named("a", "web"));
    ObjectNode forged = named("a", "web");
    ((ObjectNode) forged.get("metadata"))
        .put("creationTimestamp", "1999-01-01T00:00:00Z")
        .put("deletionTimestamp", "1999-01-01T00:00:00Z")
        .put("generation", 77);
    assertThat(store.update(DEPLOYMENTS, forged)).isEqualTo(made);
    ((ObjectNode) forged.get("metadata")).put("uid", "another");
    assertThat(codeOf(() -> store.update(DEPLOYMENTS, forged))).isEqualTo(409);
  }

  @Test
  void a_finalizer_keeps_an_object_until_it_is_gone() {
    store.create(
        DEPLOYMENTS,
        object("{'metadata':{'namespace':'a','name':'web','finalizers':['x/y']},'spec':{}}"));
    ObjectStore.Deletion deletion = store.delete(DEPLOYMENTS, "a", "web", DeleteOptions.defaults());
    assertThat(deletion.removed()).isFalse();
    assertThat(text(deletion.object(), "/metadata/deletionTimestamp")).isNotEmpty();
    store.mutate(
        DEPLOYMENTS,
        "a",
        "web",
        o -> {
          ((ObjectNode) o.get("metadata")).remove("finalizers");
          return o;
        });
    assertThat(store.find(DEPLOYMENTS, "a", "web")).isEmpty();
    assertThat(store.changesSince(DEPLOYMENTS, 0 + 1, 10).getLast().type())
        .isEqualTo(Change.Type.DELETED);
  }

  @Test
  void a_running_pod_gets_its_grace_and_a_pending_one_goes_at_once() {
    store.create(
        "pods", object("{'metadata':{'namespace':'a','name':'runs'},'spec':{'nodeName':'n'}}"));
    store.create("pods", object("{'metadata':{'namespace':'a','name':'waits'},'spec':{}}"));
    assertThat(store.delete("pods", "a", "waits", DeleteOptions.defaults()).removed()).isTrue();
    ObjectNode leaving = store.delete("pods", "a", "runs", DeleteOptions.defaults()).object();
    assertThat(text(leaving, "/metadata/deletionTimestamp")).isEqualTo("2026-01-01T00:00:30Z");
    assertThat(leaving.at("/metadata/deletionGracePeriodSeconds").asInt()).isEqualTo(30);
    long revision = store.revision();
    store.delete("pods", "a", "runs", DeleteOptions.defaults().withGracePeriodSeconds(60));
    assertThat(store.revision()).as("grace is never lengthened").isEqualTo(revision);
    assertThat(store.delete("pods", "a", "runs", DeleteOptions.immediate()).removed()).isTrue();
  }

  @Test
  void preconditions_guard_a_deletion() {
    ObjectNode made = store.create("pods", named("a", "p"));
    assertThat(
            codeOf(
                () -> store.delete("pods", "a", "p", DeleteOptions.immediate().withUid("other"))))
        .isEqualTo(409);
    store.delete("pods", "a", "p", DeleteOptions.immediate().withUid(text(made, "/metadata/uid")));
    assertThat(codeOf(() -> store.delete("pods", "a", "p", DeleteOptions.immediate())))
        .isEqualTo(404);
  }

  // ---- garbage ---------------------------------------------------------------------------------

  private ObjectNode owned(String resource, String name, ObjectNode owner) {
    ObjectNode object = named("a", name);
    object
        .withObject("/metadata")
        .putArray("ownerReferences")
        .addObject()
        .put("uid", text(owner, "/metadata/uid"))
        .put("name", text(owner, "/metadata/name"))
        .put("controller", true)
        .put("blockOwnerDeletion", true);
    return store.create(resource, object);
  }

  private void collectAll() {
    for (int round = 0; store.collectGarbage() > 0; round++) {
      assertThat(round).as("rounds of collection").isLessThan(20);
    }
  }

  @Test
  void dependents_follow_their_owner() {
    ObjectNode web = store.create(DEPLOYMENTS, named("a", "web"));
    ObjectNode set = owned("apps/replicasets", "web-1", web);
    owned("pods", "web-1-a", set);
    collectAll();
    assertThat(store.count("pods")).isEqualTo(1);
    store.delete(DEPLOYMENTS, "a", "web", DeleteOptions.defaults());
    collectAll();
    assertThat(store.count("apps/replicasets")).isZero();
    assertThat(store.count("pods")).isZero();
  }

  @Test
  void in_the_foreground_the_owner_goes_last() {
    ObjectNode web = store.create(DEPLOYMENTS, named("a", "web"));
    ObjectNode set = owned("apps/replicasets", "web-1", web);
    owned("pods", "web-1-a", set);
    store.delete(
        DEPLOYMENTS,
        "a",
        "web",
        DeleteOptions.defaults().withPropagation(DeleteOptions.Propagation.FOREGROUND));
    assertThat(store.find(DEPLOYMENTS, "a", "web")).isPresent();
    long from = store.revision();
    collectAll();
    List<String> gone =
        store.changesSince(null, from, 100).stream()
            .filter(change -> change.type() == Change.Type.DELETED)
            .map(change -> change.key().name())
            .toList();
    assertThat(gone).containsExactly("web-1-a", "web-1", "web");
  }

  @Test
  void orphans_forget_their_owner() {
    ObjectNode web = store.create(DEPLOYMENTS, named("a", "web"));
    owned("apps/replicasets", "web-1", web);
    store.delete(
        DEPLOYMENTS,
        "a",
        "web",
        DeleteOptions.defaults().withPropagation(DeleteOptions.Propagation.ORPHAN));
    collectAll();
    assertThat(store.find(DEPLOYMENTS, "a", "web")).isEmpty();
    assertThat(store.get("apps/replicasets", "a", "web-1").at("/metadata/ownerReferences"))
        .isEmpty();
  }

  @Test
  void a_namespace_takes_its_content_with_it() {
    store.create(
        "namespaces", object("{'metadata':{'name':'a'},'spec':{'finalizers':['kubernetes']}}"));
    store.create("configmaps", named("a", "c"));
    store.create("configmaps", named("b", "c"));
    ObjectNode going = store.delete("namespaces", "", "a", DeleteOptions.defaults()).object();
    assertThat(text(going, "/status/phase")).isEqualTo("Terminating");
    collectAll();
    assertThat(store.find("namespaces", "", "a")).isEmpty();
    assertThat(store.list("configmaps", "").items()).hasSize(1);
  }

  // ---- history ---------------------------------------------------------------------------------

  @Test
  void a_list_at_an_older_revision_is_as_it_was() {
    store.create("pods", named("a", "one"));
    store.create("pods", named("b", "two"));
    ObjectStore.Listing then = store.list("pods", "");
    store.create("pods", named("a", "three"));
    store.mutate("pods", "a", "one", o -> o.put("x", 1));
    store.delete("pods", "b", "two", DeleteOptions.immediate());
    assertThat(store.listAt("pods", "", then.revision())).isEqualTo(then);
    assertThat(store.listAt("pods", "b", then.revision()).items()).hasSize(1);
    assertThat(store.list("pods", "b").items()).isEmpty();
  }

  @Test
  void what_the_history_has_forgotten_is_gone_and_a_quiet_resource_is_not() {
    ObjectStore small = ObjectStore.inMemory(clock, 1, StoreOptions.DEFAULTS.keeping(4));
    small.create("pods", named("a", "one"));
    long early = small.revision();
    for (int i = 0; i < 10; i++) {
      int n = i;
      small.mutate("pods", "a", "one", o -> o.put("x", n));
    }
    assertThat(codeOf(() -> small.changesSince("pods", early, 100))).isEqualTo(410);
    assertThat(codeOf(() -> small.listAt("pods", "", early))).isEqualTo(410);
    assertThat(small.changesSince("services", early, 100)).isEmpty();
    assertThat(small.changesSince("pods", small.revision() - 4, 100)).hasSize(4);
    assertThat(codeOf(() -> small.changesSince("pods", small.revision() + 1, 1))).isEqualTo(504);
  }

  @Test
  void large_changes_leave_the_history_sooner() {
    ObjectStore small =
        ObjectStore.inMemory(clock, 1, new StoreOptions(4096, 1 << 20, 1 << 20, 1 << 20));
    small.create("pods", named("a", "one"));
    String large = "x".repeat(100_000);
    for (int i = 0; i < 30; i++) {
      int n = i;
      small.mutate("pods", "a", "one", o -> o.put("x", n).put("large", large));
    }
    long newest = small.revision();
    assertThat(small.changesSince("pods", newest - 10, 100)).hasSize(10);
    assertThat(codeOf(() -> small.changesSince("pods", newest - 11, 100))).isEqualTo(410);
    assertThat(codeOf(() -> small.listAt("pods", "", newest - 11))).isEqualTo(410);
    small.mutate("pods", "a", "one", o -> o.put("large", large.repeat(20)));
    assertThat(small.changesSince("pods", newest, 100)).as("the newest always").hasSize(1);
    small.mutate("pods", "a", "one", o -> o.put("large", ""));
    assertThat(small.changesSince("pods", newest + 1, 100)).hasSize(1);
  }

  @Test
  void whoever_waits_for_a_change_is_woken() throws InterruptedException {
    assertThat(store.awaitChange(store.revision(), Duration.ofMillis(1))).isFalse();
    long from = store.revision();
    Thread writer = Thread.ofVirtual().start(() -> store.create("pods", named("a", "one")));
    assertThat(store.awaitChange(from, Duration.ofSeconds(10))).isTrue();
    writer.join();
    assertThat(store.changesSince(null, from, 10)).hasSize(1);
  }

  @Test
  void a_dry_run_changes_nothing() {
    store.create("pods", named("a", "one"));
    long revision = store.revision();
    store.create("pods", named("a", "two"), true);
    store.update("pods", named("a", "one").put("x", 1), true);
    store.delete("pods", "a", "one", new DeleteOptions(0L, null, null, null, true));
    assertThat(store.revision()).isEqualTo(revision);
    assertThat(store.list("pods", "a").items()).hasSize(1);
  }
}
