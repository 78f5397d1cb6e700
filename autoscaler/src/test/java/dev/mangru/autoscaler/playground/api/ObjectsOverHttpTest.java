package dev.mangru.autoscaler.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ObjectsOverHttpTest {

  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
  private static final String PODS = "/api/v1/namespaces/default/pods";
  private static final String WEB =
      "{'metadata':{'name':'web'},'spec':{'replicas':2,'selector':{'matchLabels':{'app':'web'}},"
          + "'template':{'metadata':{'labels':{'app':'web'}},'spec':{'containers':"
          + "[{'name':'main','image':'web:1','env':[{'name':'A','value':'1'}]}]}}}}";

  private TestApi api;

  @BeforeEach
  void start() throws IOException {
    api = new TestApi();
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  private static String pod(String name) {
    return "{'metadata':{'name':'%s','labels':{'app':'web'}},'spec':{'containers':[{'name':'main','image':'web:1'}]}}"
        .formatted(name);
  }

  @Test
  void a_created_object_has_its_defaults_and_no_status_of_the_clients() throws Exception {
    TestApi.Answer made = api.post(DEPLOYMENTS, WEB);
    assertThat(made.code()).isEqualTo(201);
    assertThat(made.text("/apiVersion")).isEqualTo("apps/v1");
    assertThat(made.text("/spec/strategy/type")).isEqualTo("RollingUpdate");
    assertThat(made.text("/metadata/generation")).isEqualTo("1");
    assertThat(api.post(DEPLOYMENTS, WEB).text("/reason")).isEqualTo("AlreadyExists");
  }

  @Test
  void refusals_are_status_objects() throws Exception {
    TestApi.Answer missing = api.get(DEPLOYMENTS + "/nobody");
    assertThat(missing.code()).isEqualTo(404);
    assertThat(missing.text("/kind")).isEqualTo("Status");
    assertThat(missing.message()).isEqualTo("deployments.apps \"nobody\" not found");
    assertThat(missing.text("/details/kind")).isEqualTo("deployments");
    assertThat(api.get("/apis/none/v1/things").code()).isEqualTo(404);
    TestApi.Answer exec = api.post(PODS + "/p/exec", "{}");
    assertThat(exec.code()).isEqualTo(405);
    assertThat(exec.message()).contains("\"exec\"");
    assertThat(api.post(DEPLOYMENTS, "{'spec'").text("/reason")).isEqualTo("BadRequest");
    assertThat(api.post(DEPLOYMENTS, "{'kind':'Pod'}").message()).contains("Pod");
    assertThat(api.post("/api/v1/namespaces/none/pods", pod("p")).message())
        .isEqualTo("namespaces \"none\" not found");
    assertThat(api.put(DEPLOYMENTS, WEB).code()).isEqualTo(405);
    assertThat(api.with("PATCH", PODS + "/p", "text/plain", "{}").code()).isEqualTo(415);
    assertThat(api.get(DEPLOYMENTS, "application/vnd.kubernetes.protobuf").code()).isEqualTo(406);
  }

  @Test
  void a_body_over_three_mebibytes_is_refused() throws Exception {
    String big = "{'data':{'a':'" + "x".repeat(3 << 20) + "'}}";
    TestApi.Answer answer = api.post("/api/v1/namespaces/default/configmaps", big);
    assertThat(answer.code()).isEqualTo(413);
    assertThat(answer.message()).contains("3145728");
  }

  @Test
  void an_invalid_object_is_refused_with_the_field() throws Exception {
    TestApi.Answer answer = api.post(DEPLOYMENTS, WEB.replace("'replicas':2", "'replicas':-1"));
    assertThat(answer.code()).isEqualTo(422);
    assertThat(answer.text("/details/causes/0/field")).isEqualTo("spec.replicas");
  }

  @Test
  void every_kind_of_patch_is_taken() throws Exception {
    api.post(DEPLOYMENTS, WEB);
    String web = DEPLOYMENTS + "/web";
    assertThat(api.merge(web, "{'spec':{'replicas':3}}").text("/spec/replicas")).isEqualTo("3");
    TestApi.Answer json =
        api.with(
            "PATCH",
            web,
            "application/json-patch+json",
            "[{'op':'test','path':'/spec/replicas','value':3},"
                + "{'op':'replace','path':'/spec/replicas','value':4}]");
    assertThat(json.text("/spec/replicas")).isEqualTo("4");
    TestApi.Answer strategic =
        api.with(
            "PATCH",
            web,
            "application/strategic-merge-patch+json",
            "{'spec':{'template':{'spec':{'containers':[{'name':'main','env':[{'name':'B','value':'2'}]}]}}}}");
    assertThat(strategic.body().at("/spec/template/spec/containers/0/env")).hasSize(2);
    assertThat(strategic.text("/spec/template/spec/containers/0/image")).isEqualTo("web:1");
    TestApi.Answer applied =
        api.with(
            "PATCH",
            web + "?fieldManager=me&force=true",
            "application/apply-patch+yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 7\n");
    assertThat(applied.code()).isEqualTo(200);
    assertThat(applied.text("/spec/replicas")).isEqualTo("7");
    assertThat(applied.body().at("/metadata/managedFields").toString()).contains("\"me\"");
  }

  @Test
  void two_appliers_of_one_field_conflict() throws Exception {
    String web = DEPLOYMENTS + "/web";
    String one = "{'apiVersion':'apps/v1','kind':'Deployment'," + WEB.substring(1);
    assertThat(
            api.with("PATCH", web + "?fieldManager=a", "application/apply-patch+yaml", one).code())
        .isEqualTo(201);
    TestApi.Answer refused =
        api.with(
            "PATCH",
            web + "?fieldManager=b",
            "application/apply-patch+yaml",
            one.replace("'replicas':2", "'replicas':5"));
    assertThat(refused.code()).isEqualTo(409);
    assertThat(refused.message())
        .isEqualTo("Apply failed with 1 conflict: conflict with \"a\": .spec.replicas");
  }

  @Test
  void status_and_the_rest_are_written_apart() throws Exception {
    api.post(DEPLOYMENTS, WEB);
    String web = DEPLOYMENTS + "/web";
    TestApi.Answer status =
        api.merge(web + "/status", "{'spec':{'replicas':9},'status':{'replicas':2}}");
    assertThat(status.text("/status/replicas")).isEqualTo("2");
    assertThat(status.text("/spec/replicas")).isEqualTo("2");
    TestApi.Answer spec = api.merge(web, "{'spec':{'replicas':9},'status':{'replicas':77}}");
    assertThat(spec.text("/status/replicas")).isEqualTo("2");
    assertThat(spec.text("/metadata/generation")).isEqualTo("2");
  }

  @Test
  void a_put_of_an_old_revision_conflicts() throws Exception {
    TestApi.Answer made = api.post(DEPLOYMENTS, WEB);
    api.merge(DEPLOYMENTS + "/web", "{'spec':{'replicas':3}}");
    TestApi.Answer put = api.put(DEPLOYMENTS + "/web", made.body().toString());
    assertThat(put.code()).isEqualTo(409);
    assertThat(put.text("/reason")).isEqualTo("Conflict");
  }

  @Test
  void a_dry_run_answers_and_stores_nothing() throws Exception {
    assertThat(api.post(DEPLOYMENTS + "?dryRun=All", WEB).code()).isEqualTo(201);
    assertThat(api.get(DEPLOYMENTS + "/web").code()).isEqualTo(404);
    assertThat(api.post(DEPLOYMENTS + "?dryRun=Some", WEB).code()).isEqualTo(400);
  }

  @Test
  void scale_is_a_view_of_replicas_with_a_selector() throws Exception {
    api.post(DEPLOYMENTS, WEB);
    String scale = DEPLOYMENTS + "/web/scale";
    TestApi.Answer read = api.get(scale);
    assertThat(read.text("/kind")).isEqualTo("Scale");
    assertThat(read.text("/status/selector")).isEqualTo("app=web");
    TestApi.Answer put =
        api.put(scale, read.body().toString().replace("\"replicas\":2", "\"replicas\":6"));
    assertThat(put.text("/spec/replicas")).isEqualTo("6");
    assertThat(api.put(scale, read.body().toString()).code()).as("an old revision").isEqualTo(409);
    assertThat(api.merge(scale, "{'spec':{'replicas':0}}").code()).isEqualTo(200);
    assertThat(api.get(DEPLOYMENTS + "/web").text("/spec/replicas")).isEqualTo("0");
    assertThat(api.merge(scale, "{'spec':{'replicas':-1}}").code()).isEqualTo(422);
  }

  @Test
  void a_pod_is_bound_once() throws Exception {
    api.post(PODS, pod("p"));
    String binding = "{'metadata':{'name':'p'},'target':{'kind':'Node','name':'n1'}}";
    assertThat(api.post(PODS + "/p/binding", binding).code()).isEqualTo(201);
    TestApi.Answer bound = api.get(PODS + "/p");
    assertThat(bound.text("/spec/nodeName")).isEqualTo("n1");
    assertThat(bound.text("/status/conditions/0/type")).isEqualTo("PodScheduled");
    TestApi.Answer again = api.post(PODS + "/p/binding", binding);
    assertThat(again.code()).isEqualTo(409);
    assertThat(again.message()).contains("already assigned to node \"n1\"");
  }

  @Test
  void an_eviction_spends_the_disruption_budget() throws Exception {
    for (String name : new String[] {"a", "b"}) {
      api.post(PODS, pod(name));
      api.run("default", name, "n1");
    }
    String budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    api.post(
        budgets,
        "{'metadata':{'name':'web'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'web'}}}}");
    TestApi.Answer early = api.post(PODS + "/a/eviction", "{'metadata':{'name':'a'}}");
    assertThat(early.code()).as("not computed yet").isEqualTo(429);
    assertThat(early.raw().headers().firstValue("Retry-After")).contains("10");
    api.merge(
        budgets + "/web/status",
        "{'status':{'observedGeneration':1,'disruptionsAllowed':1,'desiredHealthy':1,'currentHealthy':2,'expectedPods':2}}");
    assertThat(api.post(PODS + "/a/eviction", "{'metadata':{'name':'a'}}").code()).isEqualTo(201);
    TestApi.Answer budget = api.get(budgets + "/web");
    assertThat(budget.text("/status/disruptionsAllowed")).isEqualTo("0");
    assertThat(budget.text("/status/disruptedPods/a")).isNotEmpty();
    TestApi.Answer refused = api.post(PODS + "/b/eviction", "{'metadata':{'name':'b'}}");
    assertThat(refused.code()).isEqualTo(429);
    assertThat(refused.message())
        .isEqualTo("Cannot evict pod as it would violate the pod's disruption budget.");
    assertThat(refused.text("/details/causes/0/reason")).isEqualTo("DisruptionBudget");
    assertThat(refused.text("/details/causes/0/message"))
        .isEqualTo("The disruption budget web needs 1 healthy pods and has 2 currently");
  }

  @Test
  void both_versions_of_an_autoscaler_are_one_object() throws Exception {
    String v1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    String v2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    api.post(
        v1,
        "{'metadata':{'name':'web'},'spec':{'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'web'},'maxReplicas':9,'targetCPUUtilizationPercentage':60}}");
    TestApi.Answer seen = api.get(v2 + "/web");
    assertThat(seen.text("/apiVersion")).isEqualTo("autoscaling/v2");
    assertThat(seen.text("/spec/metrics/0/resource/target/averageUtilization")).isEqualTo("60");
    assertThat(api.merge(v1 + "/web", "{'spec':{'maxReplicas':12}}").code()).isEqualTo(200);
    assertThat(api.get(v2 + "/web").text("/spec/maxReplicas")).isEqualTo("12");
    assertThat(api.get(v1).text("/items/0/apiVersion")).isEqualTo("autoscaling/v1");
  }

  @Test
  void a_put_may_leave_out_as_what_and_when_it_was_made() throws Exception {
    TestApi.Answer made = api.post(DEPLOYMENTS, WEB);
    TestApi.Answer put = api.put(DEPLOYMENTS + "/web", WEB);
    assertThat(put.code()).as(put.message()).isEqualTo(200);
    assertThat(put.text("/metadata/uid")).isEqualTo(made.text("/metadata/uid"));
    assertThat(put.text("/metadata/creationTimestamp"))
        .isEqualTo(made.text("/metadata/creationTimestamp"));
    assertThat(
            api.put(DEPLOYMENTS + "/web", WEB.replace("'name':'web'", "'name':'web','uid':'x'"))
                .code())
        .as("another uid is another object")
        .isEqualTo(409);
  }

  @Test
  void a_definition_is_served_at_once_and_takes_its_objects_with_it() throws Exception {
    String definition =
        "{'metadata':{'name':'shops.example.dev'},'spec':{'group':'example.dev','scope':'Namespaced',"
            + "'names':{'plural':'shops','singular':'shop','kind':'Shop','listKind':'ShopList'},"
            + "'versions':[{'name':'v1','served':true,'storage':true,"
            + "'additionalPrinterColumns':[{'name':'Size','type':'integer','jsonPath':'.spec.size'}],"
            + "'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.size','statusReplicasPath':'.status.size'}},"
            + "'schema':{'openAPIV3Schema':{'type':'object','properties':{'spec':{'type':'object',"
            + "'properties':{'size':{'type':'integer','minimum':1}}},'status':{'type':'object',"
            + "'properties':{'size':{'type':'integer'}}}}}}}]}}";
    String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    TestApi.Answer made = api.post(definitions, definition);
    assertThat(made.code()).as(made.message()).isEqualTo(201);
    assertThat(made.body().at("/status/conditions").toString()).contains("Established");
    String shops = "/apis/example.dev/v1/namespaces/default/shops";
    assertThat(api.post(shops, "{'metadata':{'name':'s'},'spec':{'size':3}}").code())
        .isEqualTo(201);
    assertThat(api.post(shops, "{'metadata':{'name':'t'},'spec':{'size':0}}").code())
        .isEqualTo(422);
    assertThat(api.merge(shops + "/s/scale", "{'spec':{'replicas':5}}").code()).isEqualTo(200);
    assertThat(api.get(shops + "/s").text("/spec/size")).isEqualTo("5");
    TestApi.Answer table =
        api.get(shops, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
    assertThat(table.text("/columnDefinitions/1/name")).isEqualTo("Size");
    assertThat(table.text("/rows/0/cells/1")).isEqualTo("5");
    assertThat(api.get("/apis").body().toString()).contains("example.dev");
    api.delete(definitions + "/shops.example.dev");
    assertThat(api.get(shops).code()).isEqualTo(404);
    assertThat(api.store.count("example.dev/shops")).isZero();
  }

  @Test
  void a_namespace_is_deleted_with_its_content_and_system_ones_are_not() throws Exception {
    api.post("/api/v1/namespaces", "{'metadata':{'name':'team'}}");
    api.post("/api/v1/namespaces/team/configmaps", "{'metadata':{'name':'c'},'data':{'a':'b'}}");
    assertThat(api.delete("/api/v1/namespaces/team").code()).isEqualTo(200);
    assertThat(api.get("/api/v1/namespaces/team").code()).isEqualTo(404);
    assertThat(api.store.count("configmaps")).isZero();
    assertThat(api.delete("/api/v1/namespaces/default").code()).isEqualTo(403);
  }

  @Test
  void a_collection_is_deleted_by_selector() throws Exception {
    api.post(PODS, pod("a"));
    api.post(PODS, pod("b").replace("'app':'web'", "'app':'other'"));
    api.delete(PODS + "?labelSelector=app%3Dweb");
    assertThat(api.get(PODS).body().at("/items")).hasSize(1);
  }

  @Test
  void tables_have_upstreams_columns() throws Exception {
    api.post(PODS, pod("a"));
    api.run("default", "a", "n1");
    TestApi.Answer table = api.get(PODS, "application/json;as=Table;v=v1;g=meta.k8s.io");
    assertThat(table.body().at("/columnDefinitions").findValuesAsString("name"))
        .containsExactly(
            "Name",
            "Ready",
            "Status",
            "Restarts",
            "Age",
            "IP",
            "Node",
            "Nominated Node",
            "Readiness Gates");
    assertThat(table.body().at("/rows/0/cells").toString())
        .matches(
            "\\[\"a\",\"1/1\",\"Running\",\"0\",\"\\ds\",\"10.0.0.9\",\"n1\",\"<none>\",\"<none>\"]");
    assertThat(table.text("/rows/0/object/kind")).isEqualTo("PartialObjectMetadata");
    TestApi.Answer metadata =
        api.get(PODS, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
    assertThat(metadata.text("/kind")).isEqualTo("PartialObjectMetadataList");
    assertThat(metadata.body().at("/items/0/spec").isMissingNode()).isTrue();
  }
}
