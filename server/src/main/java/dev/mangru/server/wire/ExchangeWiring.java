package dev.mangru.server.wire;

import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.http.AnswerFilter;
import dev.mangru.server.http.exchange.ExternalLabels;
import dev.mangru.server.http.exchange.FederationApi;
import dev.mangru.server.http.exchange.OtlpMetricsApi;
import dev.mangru.server.http.exchange.RemoteReadApi;
import dev.mangru.tsdb.ingest.otlp.OtlpMetrics;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/// What other systems fetch samples from and bring them to, beside queries and remote write.
@Configuration(proxyBeanMethods = false)
@Import({RemoteReadApi.class, FederationApi.class, OtlpMetricsApi.class})
class ExchangeWiring {

  /// In front of everything that answers, behind what guards and measures.
  @Bean
  FilterRegistrationBean<AnswerFilter> answerFilter() {
    FilterRegistrationBean<AnswerFilter> bean = new FilterRegistrationBean<>(new AnswerFilter());
    bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 50);
    return bean;
  }

  @Bean
  ExternalLabels externalLabels(MangruProperties properties) {
    return new ExternalLabels(properties.exchange().labels());
  }

  @Bean
  OtlpMetrics otlpMetrics(MangruProperties properties) {
    return new OtlpMetrics(properties.exchange().otlp().options(), properties.query().lookback());
  }
}
