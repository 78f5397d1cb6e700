package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.MangruException;
import dev.mangru.server.http.BuildInfo;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.promql.PromqlPrinter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/// What clients ask a Prometheus about itself and its language.
@RestController
public final class StatusApi {

  private final BuildInfo build;

  public StatusApi(BuildInfo build) {
    this.build = build;
  }

  @GetMapping("/api/v1/status/buildinfo")
  void buildInfo(HttpServletResponse response) throws IOException {
    JsonAnswer.success(
        response,
        json -> {
          json.writeStartObject();
          json.writeStringProperty("version", build.version());
          json.writeStringProperty("revision", "");
          json.writeStringProperty("branch", "");
          json.writeStringProperty("buildUser", "");
          json.writeStringProperty("buildDate", "");
          json.writeStringProperty("goVersion", "Java " + build.javaVersion());
          json.writeEndObject();
        });
  }

  @RequestMapping(
      path = "/api/v1/format_query",
      method = {RequestMethod.GET, RequestMethod.POST})
  void format(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String pretty;
    try {
      pretty = PromqlPrinter.pretty(PromqlParser.parse(new Params(request).get("query", "")));
    } catch (MangruException e) {
      throw Params.invalid("query", e.text(), e);
    }
    JsonAnswer.success(response, json -> json.writeString(pretty));
  }
}
