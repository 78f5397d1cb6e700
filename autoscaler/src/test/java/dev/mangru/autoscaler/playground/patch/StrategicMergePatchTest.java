package dev.mangru.autoscaler.playground.patch;

import static dev.mangru.autoscaler.playground.patch.Trees.json;
import static dev.mangru.autoscaler.playground.patch.Trees.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.schema.Schema;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.model.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

final class StrategicMergePatchTest {

  private static final ResourceCatalog CATALOG = new ResourceCatalog();
  private static final Schema DEPLOYMENT = schema("apps", "Deployment");
  private static final Schema POD = schema("", "Pod");

  private static Schema schema(String group, String kind) {
    return CATALOG.schema(CATALOG.byKind(group, "v1", kind).orElseThrow());
  }

  private static ObjectNode podSpec(String spec) {
    return object("{'spec':" + spec + "}");
  }

  /// Cases on the specification of a pod: before, patch, after.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'containers':[{'name':'a','image':'1'}]}|{'containers':[{'name':'a','image':'2'}]}|{'containers':[{'name':'a','image':'2'}]}
          {'containers':[{'name':'demo','image':'nginx'}]}|{'containers':[{'name':'demo-2','image':'redis'}]}|{'containers':[{'name':'demo-2','image':'redis'},{'name':'demo','image':'nginx'}]}
          {'tolerations':[{'key':'a'}]}|{'tolerations':[{'key':'b'}]}|{'tolerations':[{'key':'b'}]}
          {'containers':[{'name':'a'},{'name':'b'}]}|{'containers':[{'name':'a','$patch':'delete'}]}|{'containers':[{'name':'b'}]}
          {'containers':[{'name':'a'},{'name':'b'}]}|{'containers':[{'$patch':'replace'},{'name':'c'}]}|{'containers':[{'name':'c'}]}
          {'containers':[{'name':'a','image':'x','tty':true}]}|{'containers':[{'name':'a','$patch':'replace','image':'y'}]}|{'containers':[{'name':'a','image':'y'}]}
          {'nodeSelector':{'a':'1','b':'2'}}|{'nodeSelector':{'$patch':'replace','c':'3'}}|{'nodeSelector':{'c':'3'}}
          {'nodeSelector':{'a':'1','b':'2'}}|{'nodeSelector':{'$patch':'delete'}}|{'nodeSelector':{}}
          {'nodeSelector':{'a':'1','b':'2'}}|{'nodeSelector':{'a':null,'c':'3'}}|{'nodeSelector':{'b':'2','c':'3'}}
          {'containers':[{'name':'a','env':[{'name':'X','value':'1'},{'name':'Y','value':'2'}]}]}|{'containers':[{'name':'a','env':[{'name':'X','$patch':'delete'},{'name':'Z','value':'3'}]}]}|{'containers':[{'name':'a','env':[{'name':'Z','value':'3'},{'name':'Y','value':'2'}]}]}
          {'containers':[{'name':'a'},{'name':'b'},{'name':'c'}]}|{'$setElementOrder/containers':[{'name':'c'},{'name':'a'},{'name':'b'}],'containers':[{'name':'b','image':'x'}]}|{'containers':[{'name':'c'},{'name':'a'},{'name':'b','image':'x'}]}
          {'containers':[{'name':'a'},{'name':'b'}]}|{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}]}|{'containers':[{'name':'b'},{'name':'a'}]}
          {'volumes':[{'name':'v','emptyDir':{}}]}|{'volumes':[{'name':'v','$retainKeys':['name','hostPath'],'hostPath':{'path':'/x'}}]}|{'volumes':[{'name':'v','hostPath':{'path':'/x'}}]}
          {'containers':[{'name':'a','ports':[{'containerPort':80,'name':'http'}]}]}|{'containers':[{'name':'a','ports':[{'containerPort':80,'protocol':'TCP'}]}]}|{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'http','protocol':'TCP'}]}]}
          {'restartPolicy':'Always'}|{'restartPolicy':null,'dnsPolicy':'Default'}|{'dnsPolicy':'Default'}
          {}|{'nodeSelector':{'a':null,'b':'1'}}|{'nodeSelector':{'b':'1'}}
          {'containers':[{'name':'a','args':['1','2']}]}|{'containers':[{'name':'a','args':['3']}]}|{'containers':[{'name':'a','args':['3']}]}
          """)
  void lists_merge_by_their_keys_and_directives_are_obeyed(
      String before, String patch, String after) {
    assertThat(StrategicMergePatch.apply(podSpec(before), podSpec(patch), POD))
        .isEqualTo(podSpec(after));
  }

  @Test
  void finalizers_merge_as_a_list_of_texts() {
    ObjectNode pod = object("{'metadata':{'finalizers':['a','b','c']}}");

    assertThat(
            StrategicMergePatch.apply(
                pod,
                json(
                    "{'metadata':{'$deleteFromPrimitiveList/finalizers':['a'],"
                        + "'$setElementOrder/finalizers':['b','d','c'],'finalizers':['d']}}"),
                POD))
        .isEqualTo(object("{'metadata':{'finalizers':['b','d','c']}}"));
  }

  /// The example of the Kubernetes documentation, "Use strategic merge patch to update a Deployment
  /// using the retainKeys strategy".
  @Test
  void retain_keys_lets_a_strategy_change_its_type() {
    ObjectNode deployment =
        object("{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{'maxSurge':1}}}}");

    assertThat(
            StrategicMergePatch.apply(
                deployment,
                json("{'spec':{'strategy':{'$retainKeys':['type'],'type':'Recreate'}}}"),
                DEPLOYMENT))
        .isEqualTo(object("{'spec':{'strategy':{'type':'Recreate'}}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'containers':[{'image':'x'}]}|does not contain declared merge key: name
          {'nodeSelector':{'$patch':'grow'}}|Unknown patch type found: grow
          {'volumes':[{'name':'v','$retainKeys':['name'],'emptyDir':{}}]}|"emptyDir" is patched and not in $retainKeys
          {'$setElementOrder/containers':[{'name':'a'}],'containers':[{'name':'b'}]}|which $setElementOrder/containers does not name
          """)
  void a_patch_that_contradicts_itself_is_refused(String patch, String message) {
    ObjectNode pod = podSpec("{'containers':[{'name':'a'}],'volumes':[{'name':'v'}]}");

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> StrategicMergePatch.apply(pod, podSpec(patch), POD))
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(400))
        .withMessageContaining(message);
  }

  @Seeds(200)
  void applying_a_patch_twice_is_applying_it_once(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ObjectNode pod = podSpec(containers(random, false).toString().replace('"', '\''));
    ObjectNode patch = podSpec(containers(random, true).toString().replace('"', '\''));

    ObjectNode once = StrategicMergePatch.apply(pod, patch, POD);

    assertThat(StrategicMergePatch.apply(once, patch, POD)).isEqualTo(once);
  }

  private static ObjectNode containers(SplittableRandom random, boolean patch) {
    ObjectNode spec = object("{}");
    ArrayNode list = spec.putArray("containers");
    for (int i = 0; i < 5; i++) {
      if (random.nextBoolean()) {
        ObjectNode container = list.addObject().put("name", "c" + i);
        if (patch && random.nextInt(4) == 0) {
          container.put("$patch", "delete");
        } else if (random.nextBoolean()) {
          container.put("image", "i" + random.nextInt(3));
          container.putArray("args").add(random.nextInt(3));
        }
      }
    }
    return spec;
  }
}
