package dev.mangru.autoscaler.playground.schema;

import static dev.mangru.autoscaler.playground.schema.Kinds.json;
import static dev.mangru.autoscaler.playground.schema.Kinds.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

final class CustomResourcesTest {

  private final ResourceCatalog catalog = new ResourceCatalog();
  private final ObjectRules rules = new ObjectRules(catalog);
  private final ResourceType type;

  CustomResourcesTest() {
    ObjectNode definition = object(Kinds.CRON_TABS);
    rules.applyDefaults(Kinds.type(definition), definition);
    catalog.register(definition);
    type = catalog.byPlural("stable.example.com", "v1", "crontabs").orElseThrow();
  }

  private static ObjectNode cronTab(String spec) {
    return object(
        "{'apiVersion':'stable.example.com/v1','kind':'CronTab','metadata':{'name':'c'},'spec':"
            + spec
            + "}");
  }

  @Test
  void a_definition_adds_its_types_and_removing_it_takes_them_away() {
    assertThat(type)
        .isEqualTo(
            new ResourceType(
                "stable.example.com",
                "v1",
                "crontabs",
                "crontab",
                "CronTab",
                "CronTabList",
                List.of("ct"),
                List.of(),
                true,
                type.verbs(),
                List.of("scale", "status")));
    assertThat(catalog.versions("stable.example.com")).containsExactly("v1", "v1beta1");
    assertThat(catalog.isCustom(type)).isTrue();
    assertThat(
            catalog.storage(
                catalog.byKind("stable.example.com", "v1beta1", "CronTab").orElseThrow()))
        .isEqualTo(type);

    catalog.unregister("crontabs.stable.example.com");

    assertThat(catalog.groups()).doesNotContain("stable.example.com");
  }

  @Test
  void unknown_fields_are_pruned_except_where_the_schema_keeps_them() {
    ObjectNode object = cronTab("{'cronSpec':'*','bar':1,'free':{'any':{'thing':1}}}");

    assertThat(rules.checkFields(type, object, FieldValidation.WARN))
        .containsExactly("unknown field \"spec.bar\"");
    assertThat(object.path("spec")).isEqualTo(json("{'cronSpec':'*','free':{'any':{'thing':1}}}"));
  }

  @Test
  void defaults_of_the_schema_are_filled_in() {
    ObjectNode object = cronTab("{'cronSpec':'*'}");

    rules.applyDefaults(type, object);

    assertThat(object.path("spec").path("image").asString()).isEqualTo("busybox");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}|spec.cronSpec: Required value
          {'cronSpec':5}|spec.cronSpec: Invalid value: "integer": spec.cronSpec in body must be of type string: "integer"
          {'cronSpec':'abc'}|spec.cronSpec: Invalid value: "abc": spec.cronSpec in body should match '^[0-9* ]+$'
          {'cronSpec':'*','replicas':11}|spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10
          {'cronSpec':'*','replicas':0}|should be greater than or equal to 1
          {'cronSpec':'*','replicas':1.5}|must be of type integer: "number"
          {'cronSpec':'*','policy':'Maybe'}|spec.policy: Unsupported value: "Maybe": supported values: "Allow", "Forbid"
          {'cronSpec':'*','image':'01234567890'}|should be at most 10 chars long
          {'cronSpec':'*','port':true}|must be of type integer,string
          {'cronSpec':'*','steps':[{}]}|spec.steps[0].id: Required value
          """)
  void an_object_that_does_not_fit_the_schema_is_refused(String spec, String message) {
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> rules.validateCreate(type, cronTab(spec)))
        .withMessageContaining(message)
        .withMessageStartingWith("CronTab.stable.example.com \"c\" is invalid: ");
  }

  @Test
  void lists_of_the_schema_have_keys_for_apply() {
    Schema steps = catalog.schema(type).child("spec").child("steps");

    assertThat(steps)
        .isInstanceOfSatisfying(
            Schema.ListOf.class,
            list -> {
              assertThat(list.kind()).isEqualTo(Schema.ListKind.MAP);
              assertThat(list.keys()).containsExactly("id");
            });
  }

  @Test
  void rules_that_this_server_cannot_hold_are_refused_with_the_definition() {
    ObjectNode definition = object(Kinds.CRON_TABS);
    ObjectNode schema =
        (ObjectNode)
            definition.path("spec").path("versions").path(1).path("schema").path("openAPIV3Schema");
    schema.putArray("x-kubernetes-validations").addObject().put("rule", "self.x > 1");
    schema.putArray("anyOf").addObject().put("type", "object");

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> rules.validateCreate(Kinds.type(definition), definition))
        .withMessageContaining("does not evaluate CEL rules")
        .withMessageContaining("does not evaluate combined schemas");
  }
}
