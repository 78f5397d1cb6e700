package dev.mangru.autoscaler.playground.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ResourceCatalogTest {

  private final ResourceCatalog catalog = new ResourceCatalog();

  @Test
  void every_type_is_found_by_path_and_by_kind_and_has_a_schema() {
    for (ResourceType type : catalog.all()) {
      assertThat(catalog.byPlural(type.group(), type.version(), type.plural())).contains(type);
      assertThat(catalog.byApiVersion(type.apiVersion(), type.kind())).contains(type);
      assertThat(catalog.schema(type).name()).endsWith("." + type.kind());
      assertThat(catalog.schema(type).fields()).containsKeys("apiVersion", "kind", "metadata");
    }
    assertThat(catalog.byPlural("", "v1", "cronjobs")).isEmpty();
  }

  @Test
  void the_core_group_is_first_and_the_second_version_of_autoscaling_is_preferred() {
    assertThat(catalog.groups().getFirst()).isEmpty();
    assertThat(catalog.versions("autoscaling")).containsExactly("v2", "v1");
    assertThat(
            List.of("v1", "foo1", "v2beta1", "v10", "v11alpha2", "v12alpha1", "v11beta2", "v2")
                .stream()
                .sorted(VersionOrder.PREFERRED_FIRST))
        .containsExactly(
            "v10", "v2", "v1", "v11beta2", "v2beta1", "v12alpha1", "v11alpha2", "foo1");
  }

  @Test
  void the_tables_name_only_fields_that_exist() {
    Set<String> known = new HashSet<>();
    for (ResourceType type : catalog.all()) {
      collect(catalog.schema(type), known);
    }

    for (String entry : MergeTable.names()) {
      String owner = entry.substring(0, entry.indexOf('.'));
      if (known.contains(owner)) {
        assertThat(known).contains(entry);
      }
    }
    for (String entry : RequiredTable.names()) {
      String owner = entry.substring(0, entry.indexOf('.'));
      if (known.contains(owner)) {
        assertThat(known).contains(entry);
      }
    }
    assertThat(known).contains("PodSpec.containers", "HPAScalingPolicy.periodSeconds");
  }

  private static void collect(Schema schema, Set<String> known) {
    switch (schema) {
      case Schema.ObjectOf object -> {
        String name = object.name().substring(object.name().lastIndexOf('.') + 1);
        if (known.add(name) || name.isEmpty()) {
          object
              .fields()
              .forEach((field, value) -> {
                known.add(name + "." + field);
                collect(value.schema(), known);
              });
        }
      }
      case Schema.ListOf list -> collect(list.item(), known);
      case Schema.MapOf map -> collect(map.value(), known);
      case Schema.Scalar _, Schema.Any _ -> {
        // A leaf.
      }
    }
  }
}
