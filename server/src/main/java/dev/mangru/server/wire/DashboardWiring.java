package dev.mangru.server.wire;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.vaadin.flow.spring.SpringBootAutoConfiguration;
import com.vaadin.flow.spring.SpringServlet;
import com.vaadin.flow.spring.VaadinConfigurationProperties;
import com.vaadin.flow.spring.VaadinServletContextInitializer;
import com.vaadin.flow.spring.annotation.EnableVaadin;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.Container;
import org.apache.catalina.Wrapper;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Lets Vaadin in, once the interfaces for metrics and logs are up, or as soon as somebody asks for
/// a page. What Vaadin does in its own starter when the container starts happens here when its
/// servlet is made; there is no push, so no web socket is opened.
@Configuration(proxyBeanMethods = false)
@EnableVaadin("dev.mangru.dashboard")
@EnableConfigurationProperties(VaadinConfigurationProperties.class)
class DashboardWiring {

  @Bean
  ServletRegistrationBean<SpringServlet> pagesServlet(
      ObjectProvider<MultipartConfigElement> multipart,
      VaadinConfigurationProperties properties,
      ApplicationContext context) {
    return SpringBootAutoConfiguration.configureServletRegistrationBean(
        multipart, properties, new LateServlet(context));
  }

  @Bean
  Pages pages(ApplicationContext context) {
    return new Pages(context);
  }

  /// What the short way does not answer: the dashboard's pages, and whatever Spring dispatches.
  static final class Pages {

    private final ApplicationContext context;

    Pages(ApplicationContext context) {
      this.context = context;
    }

    /// Makes the servlets, so that the first visitor need not wait for them.
    ///
    /// @throws IllegalStateException if one cannot start
    void prepare() {
      if (context instanceof WebServerApplicationContext web
          && web.getWebServer() instanceof TomcatWebServer tomcat) {
        for (Container application : tomcat.getTomcat().getHost().findChildren()) {
          for (Container servlet : application.findChildren()) {
            load(servlet);
          }
        }
      }
    }
  }

  private static void load(Container servlet) {
    if (servlet instanceof Wrapper wrapper) {
      try {
        wrapper.load();
      } catch (ServletException e) {
        throw new IllegalStateException(servlet.getName() + " cannot start", e);
      }
    }
  }

  /// Vaadin's servlet, which brings its context listeners along.
  private static final class LateServlet extends SpringServlet {

    private static final long serialVersionUID = 1L;

    private final transient ApplicationContext context;
    private final transient Object lock = new Object();

    @GuardedBy("lock")
    private final transient List<ServletContextListener> listeners = new ArrayList<>();

    LateServlet(ApplicationContext context) {
      super(context, true);
      this.context = context;
    }

    @Override
    public void init(ServletConfig config) throws ServletException {
      ServletContext container = config.getServletContext();
      synchronized (lock) {
        new VaadinServletContextInitializer(context).onStartup(taking(container));
        listeners.forEach(each -> each.contextInitialized(new ServletContextEvent(container)));
      }
      super.init(config);
    }

    @Override
    public void destroy() {
      super.destroy();
      synchronized (lock) {
        listeners.forEach(
            each -> each.contextDestroyed(new ServletContextEvent(getServletContext())));
      }
    }

    /// The container takes listeners only while it starts itself; this view of it keeps them here.
    private ServletContext taking(ServletContext container) {
      return (ServletContext)
          Proxy.newProxyInstance(
              ServletContext.class.getClassLoader(),
              new Class<?>[] {ServletContext.class},
              (_, method, arguments) -> {
                if (method.getName().equals("addListener")
                    && arguments[0] instanceof ServletContextListener listener) {
                  synchronized (lock) {
                    listeners.add(listener);
                  }
                  return null;
                }
                try {
                  return method.invoke(container, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }
}
