package dev.mangru.server.wire;

import com.vaadin.flow.spring.annotation.EnableVaadin;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.config.StartFailure;
import dev.mangru.server.wire.kube.ClusterWiring;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/// The whole server as a list of its parts. Nothing is found by scanning: what is not named here,
/// or by a class named here, is not there.
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableVaadin("dev.mangru.dashboard")
@EnableConfigurationProperties(MangruProperties.class)
@Import({
  SelfWiring.class,
  MetricsWiring.class,
  TenantsWiring.class,
  LogsWiring.class,
  ObjectivesWiring.class,
  ClusterWiring.class,
  AlertsWiring.class,
  HttpWiring.class,
  ApiWiring.class,
  LoopWiring.class,
  AgentWiring.class
})
public class MangruServer {

  /// Starts everything, and returns when requests are welcome.
  ///
  /// @param arguments Spring's, such as `--mangru.http.port=0`
  /// @throws StartFailure if it cannot
  public static Running start(List<String> arguments) {
    SpringApplication application = new SpringApplication(MangruServer.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.setLogStartupInfo(false);
    DataDirectoryTaker taker = new DataDirectoryTaker();
    application.addListeners(taker);
    application.addInitializers(taker);
    try {
      ConfigurableApplicationContext context = application.run(arguments.toArray(String[]::new));
      return new Running(context);
    } catch (RuntimeException e) {
      taker.release();
      throw StartFailures.explain(e);
    }
  }
}
