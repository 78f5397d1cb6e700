package dev.mangru.server.wire;

import dev.mangru.server.config.StartFailure;
import dev.mangru.server.wire.kube.ClusterWiring;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/// The whole server as a list of its parts. Nothing is found by scanning, and nothing configures
/// itself because it is on the class path: what is not named here, or by a class named here, is not
/// there.
///
/// Beans are made when they are asked for, and [StartOrder] asks for all of them, those first that
/// take and answer requests for metrics and logs. What cannot be made still ends the start.
@SpringBootConfiguration(proxyBeanMethods = false)
@Import({
  SelfWiring.class,
  MetricsWiring.class,
  TenantsWiring.class,
  LogsWiring.class,
  ObjectivesWiring.class,
  ClusterWiring.class,
  AlertsWiring.class,
  HttpWiring.class,
  QueryWiring.class,
  MvcWiring.class,
  ApiWiring.class,
  StatusWiring.class,
  ExchangeWiring.class,
  LoopWiring.class,
  AgentWiring.class,
  DashboardWiring.class,
  LifecycleAutoConfiguration.class
})
public class MangruServer {

  /// Starts everything, and returns when all of it runs. Metrics and logs are taken and answered
  /// before that.
  ///
  /// @param arguments Spring's, such as `--mangru.http.port=0`
  /// @throws StartFailure if it cannot
  public static Running start(List<String> arguments) {
    // LogOutput looks after the log.
    System.setProperty(LoggingSystem.SYSTEM_PROPERTY, LoggingSystem.NONE);
    SpringApplication application = new SpringApplication(MangruServer.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setLogStartupInfo(false);
    application.setLazyInitialization(true);
    DataDirectoryTaker taker = new DataDirectoryTaker();
    EarlyMetrics early = new EarlyMetrics(taker);
    application.addListeners(taker, early, new StartOrder());
    application.addInitializers(taker, early);
    try {
      ConfigurableApplicationContext context = application.run(arguments.toArray(String[]::new));
      return new Running(context);
    } catch (RuntimeException e) {
      early.release();
      taker.release();
      throw StartFailures.explain(e);
    }
  }
}
