package dev.mangru.server.http.prometheus;

import dev.mangru.model.error.MangruException;
import dev.mangru.server.http.JsonAnswer;
import dev.mangru.server.http.Params;
import dev.mangru.tsdb.promql.Expr;
import dev.mangru.tsdb.promql.PromqlOptions;
import dev.mangru.tsdb.promql.PromqlParser;
import dev.mangru.tsdb.promql.PromqlPrinter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/// `/api/v1/parse_query` and `/api/v1/format_query`: what an expression means, and how it is best
/// written. The answers have Prometheus' letters.
@RestController
public final class LanguageApi {

  private final PromqlOptions language;

  public LanguageApi(PromqlOptions language) {
    this.language = language;
  }

  @RequestMapping(
      path = "/api/v1/parse_query",
      method = {RequestMethod.GET, RequestMethod.POST})
  void parse(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String ast = AstJson.of(expression(request));
    JsonAnswer.success(response, json -> json.writeRawValue(ast));
  }

  @RequestMapping(
      path = "/api/v1/format_query",
      method = {RequestMethod.GET, RequestMethod.POST})
  void format(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String pretty = GoJson.quoted(PromqlPrinter.pretty(expression(request)));
    JsonAnswer.success(response, json -> json.writeRawValue(pretty));
  }

  private Expr expression(HttpServletRequest request) {
    try {
      return PromqlParser.parse(new Params(request).get("query", ""), language);
    } catch (MangruException e) {
      throw Params.invalid("query", e.text(), e);
    }
  }
}
