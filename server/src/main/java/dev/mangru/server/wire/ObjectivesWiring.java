package dev.mangru.server.wire;

import dev.mangru.alerts.slo.SloEngine;
import dev.mangru.alerts.slo.SloMetrics;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.MetricStore;
import dev.mangru.model.slo.Objective;
import dev.mangru.server.config.BuiltInObjectives;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.config.ObjectiveProperties;
import dev.mangru.server.wire.kube.ClusterWiring.ClusterWork;
import java.util.ArrayList;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Objectives: Mangru's own, then the user's.
@Configuration(proxyBeanMethods = false)
class ObjectivesWiring {

  @Bean
  SloEngine sloEngine(
      MangruProperties properties, MetricQuery query, MetricStore store, ClusterWork cluster) {
    List<Objective> objectives = new ArrayList<>();
    if (properties.builtInObjectives()) {
      objectives.addAll(BuiltInObjectives.list(properties.agent().enabled()));
    }
    if (properties.builtInObjectives() && cluster.playground()) {
      objectives.addAll(BuiltInObjectives.ofPlayground());
    }
    properties.objectives().stream().map(ObjectiveProperties::objective).forEach(objectives::add);
    return new SloEngine(objectives, query, store);
  }

  @Bean
  SloMetrics sloMetrics(SloEngine engine) {
    return new SloMetrics(engine);
  }
}
