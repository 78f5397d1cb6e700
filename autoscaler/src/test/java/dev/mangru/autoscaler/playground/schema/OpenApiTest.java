package dev.mangru.autoscaler.playground.schema;

import static dev.mangru.autoscaler.playground.schema.Kinds.json;
import static dev.mangru.autoscaler.playground.schema.Kinds.object;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class OpenApiTest {

  private static final JsonMapper JSON = new JsonMapper();

  private final ResourceCatalog catalog = new ResourceCatalog();
  private final OpenApi openApi = new OpenApi(catalog, "v1.33.0");

  @Test
  void every_document_of_the_index_exists_and_every_reference_in_it_leads_somewhere() {
    catalog.register(object(Kinds.CRON_TABS));
    Set<String> paths = new HashSet<>(openApi.index().path("paths").propertyNames());

    assertThat(paths).contains("api/v1", "apis/apps/v1", "apis/stable.example.com/v1");
    for (String path : paths) {
      JsonNode document = JSON.readTree(openApi.document(path).orElseThrow());
      for (JsonNode reference : references(document)) {
        String name = reference.asString().substring("#/components/schemas/".length());
        assertThat(document.path("components").path("schemas").has(name)).as(name).isTrue();
      }
    }
    assertThat(openApi.document("apis/apps/v2")).isEmpty();
    assertThat(openApi.document("nowhere")).isEmpty();
  }

  @Test
  void patches_name_the_parameters_by_which_kubectl_asks_the_server_to_validate() {
    JsonNode document = JSON.readTree(openApi.document("apis/apps/v1").orElseThrow());
    JsonNode patch =
        document
            .path("paths")
            .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
            .path("patch");

    assertThat(patch.path("parameters").valueStream().map(each -> each.path("name").asString()))
        .containsExactly("dryRun", "fieldManager", "fieldValidation", "force");
    assertThat(patch.path("x-kubernetes-group-version-kind"))
        .isEqualTo(json("{'group':'apps','kind':'Deployment','version':'v1'}"));
  }

  @Test
  void lists_say_how_they_merge() {
    JsonNode schemas =
        JSON.readTree(openApi.document("api/v1").orElseThrow()).path("components").path("schemas");
    JsonNode volumes =
        schemas.path("io.k8s.api.core.v1.PodSpec").path("properties").path("volumes");

    assertThat(volumes.path("x-kubernetes-list-type").asString()).isEqualTo("map");
    assertThat(volumes.path("x-kubernetes-list-map-keys")).isEqualTo(json("['name']"));
    assertThat(volumes.path("x-kubernetes-patch-strategy").asString())
        .isEqualTo("merge,retainKeys");
    assertThat(volumes.path("x-kubernetes-patch-merge-key").asString()).isEqualTo("name");
    assertThat(schemas.path("io.k8s.api.core.v1.PodSpec").path("required"))
        .isEqualTo(json("['containers']"));
  }

  @Test
  void a_definition_that_changes_changes_its_documents_and_their_addresses() {
    ObjectNode definition = object(Kinds.CRON_TABS);
    catalog.register(definition);
    String before = openApi.document("apis/stable.example.com/v1").orElseThrow();
    JsonNode address = openApi.index().path("paths").path("apis/stable.example.com/v1");
    String other = openApi.index().path("paths").path("api/v1").toString();
    ((ObjectNode)
            definition
                .path("spec")
                .path("versions")
                .path(1)
                .path("schema")
                .path("openAPIV3Schema")
                .path("properties")
                .path("spec")
                .path("properties"))
        .putObject("added")
        .put("type", "string");
    catalog.register(definition);

    assertThat(before).doesNotContain("added");
    assertThat(openApi.document("apis/stable.example.com/v1").orElseThrow())
        .contains("added", "com.example.stable.v1.CronTab");
    assertThat(openApi.index().path("paths").path("apis/stable.example.com/v1"))
        .isNotEqualTo(address);
    assertThat(openApi.index().path("paths").path("api/v1").toString()).isEqualTo(other);
  }

  @Test
  void the_second_version_holds_all_kinds_in_its_own_dialect() {
    JsonNode swagger = JSON.readTree(openApi.swagger());

    assertThat(swagger.path("swagger").asString()).isEqualTo("2.0");
    assertThat(swagger.path("definitions").propertyNames())
        .contains(
            "io.k8s.api.core.v1.Pod",
            "io.k8s.api.apps.v1.Deployment",
            "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
            "io.k8s.api.policy.v1.PodDisruptionBudget");
    for (JsonNode reference : references(swagger)) {
      assertThat(reference.asString()).startsWith("#/definitions/");
    }
  }

  /// A field named `$ref` of a definition's own schema is an object and no reference.
  private static List<JsonNode> references(JsonNode document) {
    return document.findValues("$ref").stream().filter(JsonNode::isString).toList();
  }
}
