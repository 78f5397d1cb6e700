package dev.mangru.server.wire;

import org.springframework.boot.servlet.filter.OrderedCharacterEncodingFilter;
import org.springframework.boot.servlet.filter.OrderedFormContentFilter;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.error.ErrorPage;
import org.springframework.boot.web.error.ErrorPageRegistrar;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.web.filter.CharacterEncodingFilter;
import org.springframework.web.filter.FormContentFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurationSupport;

/// Spring's web layer as far as Mangru needs it: endpoints are given the request and write the
/// answer themselves, so there is nothing to convert, to validate or to render.
///
/// What the container needs before it exists is made by static methods: this class's own beans are
/// told of the container when they are made.
@Configuration(proxyBeanMethods = false)
@Import(TomcatServletWebServerAutoConfiguration.class)
class MvcWiring extends WebMvcConfigurationSupport {

  @Bean
  static DispatcherServlet dispatcherServlet() {
    return new DispatcherServlet();
  }

  @Bean
  static DispatcherServletRegistrationBean dispatcherServletRegistration(
      DispatcherServlet dispatcher) {
    DispatcherServletRegistrationBean bean = new DispatcherServletRegistrationBean(dispatcher, "/");
    bean.setName("dispatcherServlet");
    bean.setLoadOnStartup(-1); // after the start: StartOrder
    return bean;
  }

  /// Leads to `FallbackErrors`.
  @Bean
  static ErrorPageRegistrar errorPages() {
    return registry -> registry.addErrorPages(new ErrorPage("/error"));
  }

  @Bean
  static CharacterEncodingFilter characterEncodingFilter() {
    OrderedCharacterEncodingFilter filter = new OrderedCharacterEncodingFilter();
    filter.setOrder(HttpWiring.SHORT_WAY + 1); // whose requests do not need it
    filter.setEncoding("UTF-8");
    filter.setForceRequestEncoding(true);
    return filter;
  }

  /// Parameters in the body of a PUT or DELETE.
  @Bean
  static FormContentFilter formContentFilter() {
    return new OrderedFormContentFilter();
  }

  @Override
  protected void addResourceHandlers(ResourceHandlerRegistry registry) {
    // After Vaadin, which has the dashboard's files too.
    registry.setOrder(Ordered.LOWEST_PRECEDENCE);
    registry
        .addResourceHandler("/**")
        .addResourceLocations("classpath:/META-INF/resources/", "classpath:/static/", "/");
  }

  @Override
  protected void configureMessageConverters(HttpMessageConverters.ServerBuilder converters) {
    converters.disableDefaults().addCustomConverter(new StringHttpMessageConverter());
  }

  @Bean
  @Override
  public Validator mvcValidator() {
    return new Validator() {
      @Override
      public boolean supports(Class<?> type) {
        return false;
      }

      @Override
      public void validate(Object target, Errors errors) {
        throw new IllegalStateException("endpoints check their parameters themselves");
      }
    };
  }
}
