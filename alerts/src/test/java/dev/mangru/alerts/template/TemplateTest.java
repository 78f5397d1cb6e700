package dev.mangru.alerts.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TemplateTest {

  private static final TemplateContext CONTEXT = TemplateContext.at(Instant.EPOCH);

  private static String expand(String text, Object data, TemplateOptions.MissingKey missing)
      throws TemplateException {
    return Template.parse(
            "t", text, FunctionSet.GO, new TemplateOptions(missing, false, TemplateLimits.DEFAULT))
        .expand(Value.of(data), CONTEXT);
  }

  @Test
  void a_missing_key_is_nothing_a_zero_or_an_error() throws TemplateException {
    Value labels = Value.strings(Map.of("a", "b"));
    assertThat(expand("{{.x}}", labels, TemplateOptions.MissingKey.DEFAULT))
        .isEqualTo("<no value>");
    assertThat(expand("{{.x}}", labels, TemplateOptions.MissingKey.ZERO)).isEmpty();
    assertThatThrownBy(() -> expand("{{.x}}", labels, TemplateOptions.MissingKey.ERROR))
        .hasMessage("template: t:1:2: executing \"t\" at <.x>: map has no entry for key \"x\"");
  }

  @Test
  void maps_are_walked_and_printed_in_the_order_of_their_keys_bytes() throws TemplateException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("\uFFFD", 1);
    map.put("\uD83D\uDE00", 2);
    map.put("a", 3);
    assertThat(
            expand(
                "{{range $k, $v := .}}{{$v}}{{end}} {{.}}", map, TemplateOptions.MissingKey.ZERO))
        .isEqualTo("312 map[a:3 \uFFFD:1 \uD83D\uDE00:2]");
  }

  @Test
  void java_objects_are_not_seen() {
    assertThatThrownBy(() -> Value.of(new Object()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.Object");
    assertThatThrownBy(
            () -> expand("{{.x.getClass}}", Map.of("x", "y"), TemplateOptions.MissingKey.ZERO))
        .hasMessageContaining("can't evaluate field getClass in type interface {}");
  }

  @Test
  void later_definitions_replace_earlier_ones_unless_they_are_empty() throws TemplateException {
    Template files =
        Template.parse(
            "file",
            "{{define \"a\"}}A{{end}}{{define \"b\"}}B{{end}}",
            FunctionSet.GO,
            TemplateOptions.TEXT);
    Template text =
        files
            .with("more", "{{define \"a\"}}AA{{end}}{{define \"b\"}} {{end}}")
            .with("", "{{template \"a\"}}{{template \"b\"}}");
    assertThat(text.expand(Value.Nil.NIL, CONTEXT)).isEqualTo("AAB");
    assertThat(text.defined()).contains("a", "b", "");
    assertThatThrownBy(() -> files.with("x", "{{template \"c\"}}").expand(Value.Nil.NIL, CONTEXT))
        .hasMessageEndingWith("template \"c\" not defined");
  }

  @Test
  void an_error_of_a_file_names_the_file() throws TemplateException {
    Template files =
        Template.parse(
            "slack.tmpl",
            "{{define \"a\"}}\n  {{.x.y}}{{end}}",
            FunctionSet.GO,
            TemplateOptions.TEXT);
    assertThatThrownBy(
            () -> files.with("", "{{template \"a\" .}}").expand(Value.of(Map.of("x", 1)), CONTEXT))
        .hasMessage(
            "template: slack.tmpl:2:6: executing \"a\" at <.x.y>: can't evaluate field y in type"
                + " interface {}");
  }

  @Test
  void one_template_serves_many_threads() throws Exception {
    Template template =
        Template.parse(
            "t",
            "{{$x := .}}{{range 50}}{{$x = print $x \".\"}}{{end}}{{$x}}",
            FunctionSet.GO,
            TemplateOptions.TEXT);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<String>> results =
          IntStream.range(0, 200)
              .mapToObj(i -> threads.submit(() -> template.expand(Value.of(i), CONTEXT)))
              .toList();
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo(i + ".".repeat(50));
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_page_escapes_what_it_prints_for_its_place() throws TemplateException {
    Template page =
        Template.parse(
            "p",
            "<p class='{{.c}}'>{{.t}}</p><!-- {{.t}} --><a href=\"/x?{{.t}}\" {{.bad}}=1>",
            FunctionSet.GO,
            TemplateOptions.HTML);
    assertThat(page.expand(Value.of(Map.of("c", "a'b", "t", "<&>", "bad", "on x")), CONTEXT))
        .isEqualTo("<p class='a&#39;b'>&lt;&amp;&gt;</p><a href=\"/x?%3c%26%3e\" ZgotmplZ=1>");
    for (String script :
        List.of(
            "<script>{{.}}</script>",
            "<style>{{.}}</style>",
            "<b onclick='{{.}}'>",
            "<b style='{{.}}'>")) {
      Template refused = Template.parse("p", script, FunctionSet.GO, TemplateOptions.HTML);
      assertThatThrownBy(() -> refused.expand(Value.of("x"), CONTEXT))
          .hasMessageEndingWith("is not supported");
    }
  }

  @Test
  void positions_count_bytes_and_lines() {
    assertThatThrownBy(
            () -> expand("é\né{{ .x.y }}", Map.of("x", 1), TemplateOptions.MissingKey.ZERO))
        .hasMessageStartingWith("template: t:2:7: ");
  }
}
