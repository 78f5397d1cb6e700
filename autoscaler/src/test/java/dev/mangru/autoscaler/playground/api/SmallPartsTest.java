package dev.mangru.autoscaler.playground.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.model.testkit.Seeds;
import dev.mangru.model.wire.ProtobufWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

final class SmallPartsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "119, 119s",
    "120, 2m",
    "125, 2m5s",
    "599, 9m59s",
    "600, 10m",
    "10799, 179m",
    "10800, 3h",
    "11100, 3h5m",
    "28800, 8h",
    "172799, 47h",
    "172800, 2d",
    "180000, 2d2h",
    "691200, 8d",
    "63072000, 2y",
    "63158400, 2y1d",
    "252288000, 8y",
    "-1, 0s",
    "-5, <invalid>"
  })
  void ages_are_written_as_kubectl_writes_them(long seconds, String text) {
    assertThat(HumanText.duration(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  @Test
  void a_selector_object_matches_as_its_text_does() {
    ObjectNode selector =
        TestApi.tree(
            "{'matchLabels':{'app':'web'},'matchExpressions':[{'key':'tier','operator':'NotIn','values':['b','a']},{'key':'x','operator':'DoesNotExist'},{'key':'app','operator':'Exists'}]}");
    String text = HumanText.selectorText(selector);
    assertThat(text).isEqualTo("!x,app,app=web,tier notin (a,b)");
    for (String labels :
        new String[] {
          "{'app':'web'}", "{'app':'web','tier':'a'}", "{'app':'web','x':''}", "{}", "{'app':'z'}"
        }) {
      assertThat(LabelSelector.parse(text).matches(TestApi.tree(labels)))
          .as(labels)
          .isEqualTo(LabelSelector.of(selector).matches(TestApi.tree(labels)));
    }
    assertThat(LabelSelector.parse("n>5").matches(TestApi.tree("{'n':'6'}"))).isTrue();
    assertThat(LabelSelector.parse("n<5").matches(TestApi.tree("{'n':'x'}"))).isFalse();
    assertThat(LabelSelector.parse("").isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"a in|'('", "a in (b|')'", "a b|=", "=b|name", "a>x|integer", "a=b)|end"})
  void a_selector_that_cannot_be_read_is_refused_with_its_place(String text, String said) {
    assertThatThrownBy(() -> LabelSelector.parse(text))
        .isInstanceOf(KubeApiException.class)
        .hasMessageContaining("unable to parse requirement")
        .hasMessageContaining(said);
  }

  @Test
  void json_paths_of_definitions_are_followed() {
    ObjectNode object =
        TestApi.tree("{'a':{'b.c':[1,{'d':'x'}]},'conditions':[{'type':'Ready','status':'True'}]}");
    assertThat(JsonPaths.find(object, JsonPaths.simple(".a['b.c'][1].d")).asString(""))
        .isEqualTo("x");
    assertThat(JsonPaths.find(object, JsonPaths.simple(".a.b\\.c[0]")).asInt(0)).isEqualTo(1);
    assertThat(
            JsonPaths.find(object, JsonPaths.simple(".conditions[?(@.type==\"Ready\")].status"))
                .asString(""))
        .isEqualTo("True");
    assertThat(JsonPaths.find(object, JsonPaths.simple(".none[9]")).isMissingNode()).isTrue();
    assertThatThrownBy(() -> JsonPaths.simple("..a")).isInstanceOf(KubeApiException.class);
    assertThatThrownBy(() -> JsonPaths.simple(".a[*]")).hasMessageContaining(".a[*]");
  }

  // ---- protobuf --------------------------------------------------------------------------------

  private static byte[] message(java.util.function.Consumer<ProtobufWriter> fill) {
    ProtobufWriter writer = new ProtobufWriter();
    fill.accept(writer);
    return writer.toByteArray();
  }

  private static byte[] configMap() {
    byte[] type = message(w -> w.string(1, "v1").string(2, "ConfigMap"));
    byte[] meta = message(w -> w.string(1, "c").string(3, "team").varint(7, 0));
    byte[] entry = message(w -> w.string(1, "key").string(2, "value"));
    byte[] object = message(w -> w.bytes(1, meta).bytes(2, entry).varint(4, 0));
    byte[] unknown = message(w -> w.bytes(1, type).bytes(2, object));
    byte[] body = new byte[unknown.length + 4];
    System.arraycopy("k8s\0".getBytes(StandardCharsets.ISO_8859_1), 0, body, 0, 4);
    System.arraycopy(unknown, 0, body, 4, unknown.length);
    return body;
  }

  @Test
  void a_protobuf_object_is_read_as_its_json() {
    assertThat(KubeProtobuf.object(configMap()).toString())
        .isEqualTo(
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\",\"namespace\":\"team\"},"
                + "\"data\":{\"key\":\"value\"},\"immutable\":false}");
  }

  @Seeds(300)
  void damaged_protobuf_is_refused_or_read_and_nothing_else(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] body = configMap();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    if (random.nextInt(4) == 0) {
      body = java.util.Arrays.copyOf(body, random.nextInt(body.length));
    }
    try {
      assertThat(KubeProtobuf.object(body).has("kind")).isTrue();
    } catch (KubeApiException e) {
      assertThat(e.code()).isIn(400, 415);
    }
  }

  @Test
  void what_is_accepted_decides_the_form() {
    assertThat(MediaTypes.negotiate("")).isEqualTo(MediaTypes.Form.OBJECT);
    assertThat(
            MediaTypes.negotiate("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"))
        .isEqualTo(MediaTypes.Form.TABLE);
    assertThat(MediaTypes.negotiate("application/vnd.kubernetes.protobuf,application/json"))
        .isEqualTo(MediaTypes.Form.OBJECT);
    assertThat(
            MediaTypes.negotiate(
                "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"))
        .isEqualTo(MediaTypes.Form.OBJECT);
    assertThatThrownBy(() -> MediaTypes.negotiate("text/html"))
        .isInstanceOf(KubeApiException.class);
  }
}
