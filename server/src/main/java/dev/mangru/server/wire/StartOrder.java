package dev.mangru.server.wire;

import dev.mangru.model.metric.Tenants;
import dev.mangru.server.http.logs.LokiQueryApi;
import dev.mangru.server.http.logs.PushApi;
import dev.mangru.server.http.prometheus.DataPlane;
import dev.mangru.server.http.prometheus.QueryApi;
import dev.mangru.server.http.prometheus.SeriesApi;
import dev.mangru.server.http.prometheus.WriteApi;
import dev.mangru.server.self.Health;
import java.util.List;
import org.springframework.beans.factory.BeanCreationNotAllowedException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/// What is made first when Mangru starts: whatever takes and answers requests for metrics and logs,
/// so that a restart costs its senders as little as possible. Then Mangru is ready, and the rest
/// follows: rules and alerts, the cluster, the dashboard.
final class StartOrder implements ApplicationListener<ApplicationStartedEvent> {

  private static final List<Class<?>> FIRST =
      List.of(Tenants.class, PushApi.class, LokiQueryApi.class);

  @Override
  public void onApplicationEvent(ApplicationStartedEvent event) {
    ConfigurableApplicationContext context = event.getApplicationContext();
    for (Class<?> type : FIRST) {
      var _ = context.getBean(type);
    }
    context
        .getBean(DataPlane.class)
        .open(
            context.getBean(WriteApi.class),
            context.getBean(QueryApi.class),
            context.getBean(SeriesApi.class));
    context.getBean(Health.class).started();
    try {
      makeTheRest(context);
    } catch (BeanCreationNotAllowedException e) {
      if (context.isActive()) {
        throw e;
      }
      // Told to end meanwhile, which is no failure.
    }
  }

  private static void makeTheRest(ConfigurableApplicationContext context) {
    ConfigurableListableBeanFactory beans = context.getBeanFactory();
    for (String name : beans.getBeanDefinitionNames()) {
      var definition = beans.getMergedBeanDefinition(name);
      if (definition.isSingleton() && !definition.isAbstract()) {
        var _ = beans.getBean(name);
      }
    }
    context.getBean(DashboardWiring.Pages.class).prepare();
  }
}
