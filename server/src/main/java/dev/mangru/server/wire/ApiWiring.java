package dev.mangru.server.wire;

import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.alerts.AlertmanagerApi;
import dev.mangru.server.http.alerts.RulesApi;
import dev.mangru.server.http.logs.LokiQueryApi;
import dev.mangru.server.http.logs.PushApi;
import dev.mangru.server.http.prometheus.AdminApi;
import dev.mangru.server.http.prometheus.CardinalityApi;
import dev.mangru.server.http.prometheus.ExplainApi;
import dev.mangru.server.http.prometheus.LanguageApi;
import dev.mangru.server.http.prometheus.MetadataApi;
import dev.mangru.server.http.prometheus.QueryApi;
import dev.mangru.server.http.prometheus.SeriesApi;
import dev.mangru.server.http.prometheus.StatusApi;
import dev.mangru.server.http.prometheus.WriteApi;
import dev.mangru.server.http.scaling.DecisionsApi;
import dev.mangru.server.http.ui.AlertsApi;
import dev.mangru.server.http.ui.ChangesApi;
import dev.mangru.server.http.ui.ChartApi;
import dev.mangru.server.http.ui.ClusterApi;
import dev.mangru.server.http.ui.LogsApi;
import dev.mangru.server.http.ui.SloApi;
import dev.mangru.server.http.ui.TailApi;
import dev.mangru.tsdb.promql.PromqlOptions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/// Every endpoint. Spring hands each the ports it asks for.
@Configuration(proxyBeanMethods = false)
@Import({
  WriteApi.class,
  QueryApi.class,
  SeriesApi.class,
  LanguageApi.class,
  ExplainApi.class,
  StatusApi.class,
  CardinalityApi.class,
  MetadataApi.class,
  AdminApi.class,
  PushApi.class,
  LokiQueryApi.class,
  ChartApi.class,
  LogsApi.class,
  TailApi.class,
  SloApi.class,
  ClusterApi.class,
  DecisionsApi.class,
  RulesApi.class,
  AlertmanagerApi.class,
  AlertsApi.class,
  ChangesApi.class
})
class ApiWiring {

  /// The language that queries are written in.
  @Bean
  PromqlOptions language(MangruProperties properties) {
    return properties.query().promql();
  }
}
