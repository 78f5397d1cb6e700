package dev.mangru.server.wire;

import dev.mangru.model.time.Ticker;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.config.StartFailure;
import dev.mangru.server.http.Bodies;
import dev.mangru.server.http.BytesInFlight;
import dev.mangru.server.http.Disconnects;
import dev.mangru.server.http.FallbackErrors;
import dev.mangru.server.http.FrontDoorFilter;
import dev.mangru.server.http.HttpErrors;
import dev.mangru.server.http.QueryGate;
import dev.mangru.server.http.QueryLimits;
import dev.mangru.server.http.RequestFilter;
import dev.mangru.server.http.StartingFilter;
import dev.mangru.server.http.prometheus.DataPlane;
import dev.mangru.server.self.Health;
import dev.mangru.server.self.HealthPages;
import dev.mangru.server.self.SelfMetrics;
import dev.mangru.server.self.Tracing;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/// Listening, filters, limits and errors: what all endpoints share.
@Configuration(proxyBeanMethods = false)
@Import({HttpErrors.class, FallbackErrors.class})
class HttpWiring {

  private static final String SOCKET_READ_BYTES = "32768";
  private static final String NO_LIMIT = "-1";

  /// Where [DataPlane] sits: behind the filters that guard and measure, before those that others
  /// need.
  static final int SHORT_WAY = Ordered.HIGHEST_PRECEDENCE + 100;

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> listen(MangruProperties properties) {
    return new Listen(address(properties.http()), properties.http().port());
  }

  /// After Boot's own customizers, whose `server.port` and `server.address` do not count here.
  private record Listen(InetAddress address, int port)
      implements WebServerFactoryCustomizer<TomcatServletWebServerFactory>, Ordered {

    @Override
    public int getOrder() {
      return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
      factory.setAddress(address);
      factory.setPort(port);
      factory.addEngineValves(Disconnects.valve());
      factory.addConnectorCustomizers(connector -> {
        // A body of remote write is 90 kB; with Tomcat's 8 kB it takes a dozen reads.
        connector.setProperty("socket.appReadBufSize", SOCKET_READ_BYTES);
        // Senders and dashboards stay; Tomcat's 100 requests would have them connect again and
        // again.
        connector.setProperty("maxKeepAliveRequests", NO_LIMIT);
      });
    }
  }

  private static InetAddress address(MangruProperties.Http http) {
    InetAddress address;
    try {
      address = InetAddress.getByName(http.address());
    } catch (UnknownHostException e) {
      throw new StartFailure(
          StartFailure.CONFIGURATION,
          "mangru.http.address is not an address of this machine: " + http.address(),
          e);
    }
    if (!address.isLoopbackAddress() && !http.allowRemote()) {
      throw new StartFailure(
          StartFailure.CONFIGURATION,
          "mangru.http.address "
              + http.address()
              + " would let in the whole network, and nothing asks for a password; set"
              + " mangru.http.allow-remote: true if something in front of Mangru does",
          null);
    }
    return address;
  }

  @Bean
  FilterRegistrationBean<FrontDoorFilter> frontDoorFilter(MangruProperties properties) {
    MangruProperties.Http http = properties.http();
    boolean anyHost = http.allowRemote() && http.allowedHosts().isEmpty();
    FilterRegistrationBean<FrontDoorFilter> bean =
        new FilterRegistrationBean<>(
            new FrontDoorFilter(anyHost, http.allowedHosts(), http.allowedOrigins()));
    bean.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return bean;
  }

  @Bean
  FilterRegistrationBean<RequestFilter> requestFilter(
      SelfMetrics metrics, Tracing tracing, Ticker ticker) {
    FilterRegistrationBean<RequestFilter> bean =
        new FilterRegistrationBean<>(new RequestFilter(metrics, tracing, ticker));
    bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return bean;
  }

  @Bean
  FilterRegistrationBean<StartingFilter> startingFilter(Health health) {
    FilterRegistrationBean<StartingFilter> bean =
        new FilterRegistrationBean<>(new StartingFilter(health));
    bean.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
    return bean;
  }

  @Bean
  DataPlane dataPlane(HealthPages health, HttpErrors errors) {
    return new DataPlane(health, errors);
  }

  @Bean
  FilterRegistrationBean<DataPlane> dataPlaneFilter(DataPlane dataPlane) {
    FilterRegistrationBean<DataPlane> bean = new FilterRegistrationBean<>(dataPlane);
    bean.setOrder(SHORT_WAY);
    return bean;
  }

  @Bean
  BytesInFlight bytesInFlight(MangruProperties properties, SelfMetrics metrics) {
    BytesInFlight inFlight = new BytesInFlight(properties.http().bytesInFlight());
    metrics.gauge(
        "mangru.http.body.bytes.in.flight",
        "Bytes of request bodies being read or decoded",
        inFlight::held);
    return inFlight;
  }

  @Bean
  Bodies bodies(
      MangruProperties properties, BytesInFlight inFlight, Ticker ticker, SelfMetrics metrics) {
    Bodies bodies = new Bodies(properties.http().bodyLimits(), inFlight, ticker);
    metrics.gauge(
        "mangru.http.body.bytes.idle",
        "Bytes of arrays that wait for the next request body",
        bodies::idleBytes);
    return bodies;
  }

  @Bean
  QueryGate queryGate(MangruProperties properties, Ticker ticker, SelfMetrics metrics) {
    QueryGate gate =
        new QueryGate(properties.query().concurrent(), properties.query().maxWait(), ticker);
    metrics.gauge("mangru.http.queries.running", "Queries being evaluated", gate::running);
    return gate;
  }

  @Bean
  QueryLimits queryLimits(MangruProperties properties) {
    return properties.query().limits();
  }

  @Bean
  Disconnects disconnects() {
    return new Disconnects();
  }
}
