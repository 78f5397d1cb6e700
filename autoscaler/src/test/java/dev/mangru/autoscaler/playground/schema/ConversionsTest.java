package dev.mangru.autoscaler.playground.schema;

import static dev.mangru.autoscaler.playground.schema.Kinds.CATALOG;
import static dev.mangru.autoscaler.playground.schema.Kinds.object;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

final class ConversionsTest {

  private static final ResourceType V1 =
      CATALOG.byPlural("autoscaling", "v1", "horizontalpodautoscalers").orElseThrow();
  private static final ResourceType V2 =
      CATALOG.byPlural("autoscaling", "v2", "horizontalpodautoscalers").orElseThrow();

  @Test
  void the_cpu_target_of_v1_is_a_metric_of_v2() {
    ObjectNode v1 =
        object(
            "{'apiVersion':'autoscaling/v1','kind':'HorizontalPodAutoscaler','metadata':{"
                + "'name':'web'},'spec':{'scaleTargetRef':{'kind':'Deployment','name':'web'},"
                + "'minReplicas':2,'maxReplicas':5,'targetCPUUtilizationPercentage':70},"
                + "'status':{'currentReplicas':2,'desiredReplicas':3}}");
    ObjectNode v2 =
        object(
            "{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{"
                + "'name':'web'},'spec':{'scaleTargetRef':{'kind':'Deployment','name':'web'},"
                + "'minReplicas':2,'maxReplicas':5,'metrics':[{'type':'Resource','resource':{"
                + "'name':'cpu','target':{'type':'Utilization','averageUtilization':70}}}]},"
                + "'status':{'currentReplicas':2,'desiredReplicas':3}}");

    assertThat(Conversions.convert(v1, V1, V2)).isEqualTo(v2);
    assertThat(Conversions.convert(v2, V2, V1)).isEqualTo(v1);
  }

  @Test
  void what_v1_has_no_field_for_survives_the_way_there_and_back() {
    ObjectNode v2 =
        object(
            "{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{"
                + "'name':'web'},'spec':{'maxReplicas':5,'metrics':[{'type':'Pods','pods':{"
                + "'metric':{'name':'qps'},'target':{'type':'AverageValue','averageValue':'5'}}}],"
                + "'behavior':{'scaleUp':{'selectPolicy':'Disabled'}}},'status':{'conditions':[{"
                + "'type':'AbleToScale','status':'True'}],'currentMetrics':[{'type':'Resource',"
                + "'resource':{'name':'cpu','current':{'averageUtilization':30}}}]}}");
    ObjectNode v1 = Conversions.convert(v2, V2, V1);

    assertThat(v1.path("spec").has("metrics")).isFalse();
    assertThat(v1.path("status").path("currentCPUUtilizationPercentage").intValue()).isEqualTo(30);
    assertThat(v1.path("metadata").path("annotations").propertyNames())
        .containsExactlyInAnyOrder(
            AutoscalerConversion.METRICS,
            AutoscalerConversion.BEHAVIOR,
            AutoscalerConversion.CONDITIONS,
            AutoscalerConversion.CURRENT_METRICS);
    assertThat(Conversions.convert(v1, V1, V2)).isEqualTo(v2);
  }

  @Test
  void events_of_both_groups_are_the_same_object() {
    ResourceType core = CATALOG.byKind("", "v1", "Event").orElseThrow();
    ResourceType events = CATALOG.byKind("events.k8s.io", "v1", "Event").orElseThrow();
    ObjectNode event =
        object(
            "{'apiVersion':'v1','kind':'Event','metadata':{'name':'e'},'count':3,'message':'m',"
                + "'involvedObject':{'name':'p'},'reason':'R'}");
    ObjectNode other = Conversions.convert(event, core, events);

    assertThat(other.path("note").asString()).isEqualTo("m");
    assertThat(other.path("regarding").path("name").asString()).isEqualTo("p");
    assertThat(other.path("deprecatedCount").intValue()).isEqualTo(3);
    assertThat(Conversions.convert(other, events, core)).isEqualTo(event);
    assertThat(CATALOG.storage(events)).isEqualTo(core);
  }
}
