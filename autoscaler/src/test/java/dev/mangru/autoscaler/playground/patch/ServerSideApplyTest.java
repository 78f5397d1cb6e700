package dev.mangru.autoscaler.playground.patch;

import static dev.mangru.autoscaler.playground.patch.Trees.json;
import static dev.mangru.autoscaler.playground.patch.Trees.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.ResourceType;
import dev.mangru.autoscaler.playground.schema.Schema;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.model.testkit.Seeds;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

final class ServerSideApplyTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final ResourceCatalog CATALOG = new ResourceCatalog();
  private static final ResourceType TYPE = CATALOG.byKind("apps", "v1", "Deployment").orElseThrow();
  private static final Schema SCHEMA = CATALOG.schema(TYPE);

  private static ObjectNode deployment(String spec) {
    return object(
        "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web'},'spec':"
            + spec
            + "}");
  }

  private static ObjectNode apply(ObjectNode live, ObjectNode applied, String who, boolean force) {
    return apply(live, applied, who, force, NOW);
  }

  private static ObjectNode apply(
      ObjectNode live, ObjectNode applied, String who, boolean force, Instant at) {
    return ServerSideApply.apply(TYPE, SCHEMA, live, applied, new FieldManager(who, "", at), force);
  }

  private static JsonNode fields(ObjectNode object, String manager) {
    for (JsonNode entry : object.path("metadata").path("managedFields")) {
      if (entry.path("manager").asString().equals(manager)) {
        return entry.path("fieldsV1");
      }
    }
    return json("{}");
  }

  @Test
  void the_first_apply_makes_the_object_and_writes_down_every_field() {
    ObjectNode made =
        apply(
            null,
            deployment(
                "{'replicas':3,'template':{'metadata':{'labels':{'app':'web'}},"
                    + "'spec':{'containers':[{'name':'nginx','image':'nginx:1',"
                    + "'ports':[{'containerPort':80}]}]}}}"),
            "kubectl",
            false);

    assertThat(made.path("spec").path("replicas").intValue()).isEqualTo(3);
    assertThat(made.path("metadata").path("managedFields"))
        .isEqualTo(
            json(
                "[{'apiVersion':'apps/v1','fieldsType':'FieldsV1','fieldsV1':{'f:spec':{"
                    + "'f:replicas':{},'f:template':{'f:metadata':{'f:labels':{'f:app':{}}},"
                    + "'f:spec':{'f:containers':{'k:{\\'name\\':\\'nginx\\'}':{'.':{},'f:image':{},"
                    + "'f:name':{},'f:ports':{'k:{\\'containerPort\\':80,\\'protocol\\':\\'TCP\\'}':"
                    + "{'.':{},'f:containerPort':{}}}}}}}}},"
                    + "'manager':'kubectl','operation':'Apply','time':'2026-11-21T10:00:00Z'}]"));
  }

  @Test
  void applying_the_same_again_later_changes_nothing_at_all() {
    ObjectNode applied = deployment("{'replicas':3,'selector':{'matchLabels':{'app':'web'}}}");
    ObjectNode made = apply(null, applied, "kubectl", false);

    assertThat(apply(made, applied, "kubectl", false, NOW.plusSeconds(60))).isEqualTo(made);
  }

  @Test
  void fields_that_are_no_longer_applied_go_unless_someone_else_has_them() {
    ObjectNode live =
        apply(null, deployment("{'replicas':3,'paused':true,'minReadySeconds':5}"), "first", false);
    live = apply(live, deployment("{'minReadySeconds':5}"), "second", false);

    ObjectNode less = apply(live, deployment("{'replicas':3}"), "first", false);

    assertThat(less.path("spec")).isEqualTo(json("{'replicas':3,'minReadySeconds':5}"));
    assertThat(fields(less, "first")).isEqualTo(json("{'f:spec':{'f:replicas':{}}}"));
    assertThat(fields(less, "second")).isEqualTo(json("{'f:spec':{'f:minReadySeconds':{}}}"));
  }

  @Test
  void another_managers_value_is_a_conflict_in_the_words_of_kubernetes() {
    ObjectNode live = apply(null, deployment("{'replicas':3}"), "first", false);

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> apply(live, deployment("{'replicas':4}"), "second", false))
        .withMessage("Apply failed with 1 conflict: conflict with \"first\": .spec.replicas")
        .satisfies(refused -> {
          assertThat(refused.code()).isEqualTo(409);
          assertThat(refused.toStatus().path("details").path("causes"))
              .isEqualTo(
                  json(
                      "[{'reason':'FieldManagerConflict','message':'conflict with \\'first\\'',"
                          + "'field':'.spec.replicas'}]"));
        });
  }

  @Test
  void several_conflicts_are_listed_by_manager() {
    ObjectNode live = apply(null, deployment("{'replicas':3,'paused':true}"), "b", false);
    ObjectNode updated = live.deepCopy();
    ((ObjectNode) updated.path("spec")).put("minReadySeconds", 9);
    ServerSideApply.recordUpdate(SCHEMA, live, updated, new FieldManager("a", "", NOW), "apps/v1");

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() ->
            apply(
                updated,
                deployment("{'replicas':4,'paused':false,'minReadySeconds':1}"),
                "c",
                false))
        .withMessage(
            "Apply failed with 3 conflicts: conflicts with \"a\" using apps/v1 at"
                + " 2026-11-21T10:00:00Z:\n- .spec.minReadySeconds\nconflicts with \"b\":\n"
                + "- .spec.paused\n- .spec.replicas");
  }

  @Test
  void the_same_value_is_shared_and_force_moves_ownership() {
    ObjectNode live = apply(null, deployment("{'replicas':3}"), "first", false);
    ObjectNode shared = apply(live, deployment("{'replicas':3}"), "second", false);
    ObjectNode forced = apply(shared, deployment("{'replicas':5}"), "third", true);

    assertThat(fields(shared, "first")).isEqualTo(fields(shared, "second"));
    assertThat(forced.path("spec").path("replicas").intValue()).isEqualTo(5);
    assertThat(forced.path("metadata").path("managedFields").size()).isEqualTo(1);
    assertThat(fields(forced, "third")).isEqualTo(json("{'f:spec':{'f:replicas':{}}}"));
  }

  @Test
  void list_items_belong_to_who_applied_them() {
    ObjectNode live =
        apply(
            null,
            deployment("{'template':{'spec':{'containers':[{'name':'a','image':'1'}]}}}"),
            "first",
            false);
    ObjectNode both =
        apply(
            live,
            deployment(
                "{'template':{'spec':{'containers':[{'name':'side','image':'s'},"
                    + "{'name':'a','tty':true}]}}}"),
            "second",
            false);
    ObjectNode back = apply(both, deployment("{}"), "second", false);

    assertThat(both.path("spec").path("template").path("spec").path("containers"))
        .isEqualTo(json("[{'name':'side','image':'s'},{'name':'a','image':'1','tty':true}]"));
    assertThat(back.path("spec").path("template").path("spec").path("containers"))
        .isEqualTo(json("[{'name':'a','image':'1'}]"));
  }

  @Test
  void an_update_takes_what_it_changes_and_an_atomic_list_is_one_field() {
    ObjectNode live =
        apply(
            null,
            deployment(
                "{'template':{'spec':{'containers':[{'name':'a','args':['1'],'image':'x'}]}}}"),
            "first",
            false);
    ObjectNode updated =
        StrategicMergePatch.apply(
            live,
            json("{'spec':{'template':{'spec':{'containers':[{'name':'a','args':['2']}]}}}}"),
            SCHEMA);

    ServerSideApply.recordUpdate(
        SCHEMA, live, updated, new FieldManager("edit", "", NOW), "apps/v1");

    assertThat(fields(updated, "edit"))
        .isEqualTo(
            json(
                "{'f:spec':{'f:template':{'f:spec':{'f:containers':{"
                    + "'k:{\\'name\\':\\'a\\'}':{'f:args':{}}}}}}}"));
    assertThat(fields(updated, "first").toString()).contains("f:image").doesNotContain("f:args");
  }

  @Test
  void status_is_applied_through_its_subresource_only() {
    ObjectNode live = apply(null, deployment("{'replicas':1}"), "first", false);
    ObjectNode withStatus = deployment("{'replicas':2}");
    withStatus.putObject("status").put("replicas", 7);

    ObjectNode main = apply(live, withStatus, "first", false);
    ObjectNode status =
        ServerSideApply.apply(
            TYPE, SCHEMA, main, withStatus, new FieldManager("first", "status", NOW), false);

    assertThat(main.has("status")).isFalse();
    assertThat(status.path("status").path("replicas").intValue()).isEqualTo(7);
    assertThat(status.path("metadata").path("managedFields").size()).isEqualTo(2);
  }

  @Test
  void objects_from_before_the_first_apply_belong_to_someone_unnamed() {
    ObjectNode live = deployment("{'replicas':3}");

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> apply(live, deployment("{'replicas':4}"), "kubectl", false))
        .withMessageContaining("conflict with \"before-first-apply\" using apps/v1");
  }

  @Test
  void what_an_apply_may_not_bring_is_refused() {
    ObjectNode managed = deployment("{}");
    ((ObjectNode) managed.path("metadata")).putArray("managedFields").addObject().put("a", 1);
    ObjectNode twice =
        deployment("{'template':{'spec':{'containers':[{'name':'a'},{'name':'a'}]}}}");

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> apply(null, managed, "kubectl", false))
        .withMessage("metadata.managedFields must be nil");
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> apply(null, twice, "kubectl", false))
        .withMessageContaining("duplicate entries for key");
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> apply(null, deployment("{}"), "", false))
        .withMessageContaining("fieldManager: Required value");
  }

  @Test
  void a_stored_list_with_an_item_twice_stays_as_it_is_and_can_be_written() {
    ObjectNode live =
        deployment(
            "{'template':{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,"
                + "'name':'x'},{'containerPort':80,'name':'y'}]},{'image':'nameless'}]}}}");
    ObjectNode updated = live.deepCopy();
    ((ObjectNode) updated.path("spec")).put("replicas", 2);

    ServerSideApply.recordUpdate(
        SCHEMA, live, updated, new FieldManager("edit", "", NOW), "apps/v1");
    ObjectNode applied = apply(updated, deployment("{'paused':true}"), "kubectl", false);

    assertThat(fields(updated, "edit")).isEqualTo(json("{'f:spec':{'f:replicas':{}}}"));
    assertThat(applied.path("spec").path("template")).isEqualTo(live.path("spec").path("template"));
  }

  @Test
  void the_oldest_of_many_updating_managers_become_one() {
    ObjectNode live = apply(null, deployment("{'replicas':0}"), "first", false);
    for (int i = 1; i <= 30; i++) {
      ObjectNode next = live.deepCopy();
      ObjectNode labels =
          next.path("metadata").has("labels")
              ? (ObjectNode) next.path("metadata").path("labels")
              : ((ObjectNode) next.path("metadata")).putObject("labels");
      labels.put("l" + i, "x");
      ServerSideApply.recordUpdate(
          SCHEMA, live, next, new FieldManager("m" + i, "", NOW.plusSeconds(i)), "apps/v1");
      live = next;
    }

    assertThat(live.path("metadata").path("managedFields").size()).isLessThanOrEqualTo(12);
    assertThat(fields(live, "ancient-changes").toString()).contains("f:l1\"", "f:l15");
  }

  @Seeds(200)
  void managers_of_disjoint_fields_never_conflict_and_undo_only_their_own(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ObjectNode left = part(random, 0);
    ObjectNode right = part(random, 1);

    ObjectNode both = apply(apply(null, left, "left", false), right, "right", false);
    ObjectNode other = apply(apply(null, right, "right", false), left, "left", false);
    ObjectNode again = apply(both, left, "left", false, NOW.plusSeconds(5));
    ObjectNode onlyRight = apply(both, deployment("{}"), "left", false);

    assertThat(again).isEqualTo(both);
    assertThat(other.path("spec").path("template").path("metadata"))
        .isEqualTo(both.path("spec").path("template").path("metadata"));
    assertThat(fields(both, "left")).isEqualTo(fields(other, "left"));
    assertThat(fields(onlyRight, "right")).isEqualTo(fields(both, "right"));
    assertThat(onlyRight.path("spec")).isEqualTo(apply(null, right, "right", false).path("spec"));
  }

  /// Labels and containers of which the number is even or odd.
  private static ObjectNode part(SplittableRandom random, int parity) {
    ObjectNode whole = deployment("{}");
    ObjectNode template = ((ObjectNode) whole.path("spec")).putObject("template");
    ObjectNode labels = template.putObject("metadata").putObject("labels");
    var containers = template.putObject("spec").putArray("containers");
    for (int i = parity; i < 8; i += 2) {
      if (random.nextInt(3) > 0) {
        labels.put("l" + i, "v" + random.nextInt(3));
      }
      if (random.nextInt(3) > 0) {
        containers.addObject().put("name", "c" + i).put("image", "i" + random.nextInt(3));
      }
    }
    labels.put("always" + parity, "x");
    containers.addObject().put("name", "always" + parity);
    return whole;
  }
}
