package dev.mangru.autoscaler.playground.schema;

import static dev.mangru.autoscaler.playground.schema.Kinds.CATALOG;
import static dev.mangru.autoscaler.playground.schema.Kinds.RULES;
import static dev.mangru.autoscaler.playground.schema.Kinds.json;
import static dev.mangru.autoscaler.playground.schema.Kinds.object;
import static dev.mangru.autoscaler.playground.schema.Kinds.type;
import static dev.mangru.autoscaler.playground.schema.Kinds.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

final class ObjectRulesTest {

  private static ObjectNode defaulted(ObjectNode object) {
    RULES.applyDefaults(type(object), object);
    return object;
  }

  private static void create(ObjectNode object) {
    RULES.validateCreate(type(object), defaulted(object));
  }

  @Test
  void a_deployment_gets_what_kubernetes_fills_in() {
    ObjectNode spec = (ObjectNode) defaulted(object(Kinds.WEB)).path("spec");
    ObjectNode podSpec = (ObjectNode) spec.path("template").path("spec");
    ObjectNode container = (ObjectNode) podSpec.path("containers").path(0);
    spec.remove("template");
    podSpec.remove("containers");

    assertThat(spec)
        .isEqualTo(
            json(
                "{'selector':{'matchLabels':{'app':'web'}},'replicas':1,'strategy':{"
                    + "'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'25%',"
                    + "'maxSurge':'25%'}},'revisionHistoryLimit':10,"
                    + "'progressDeadlineSeconds':600}"));
    assertThat(podSpec)
        .isEqualTo(
            json(
                "{'restartPolicy':'Always','terminationGracePeriodSeconds':30,"
                    + "'dnsPolicy':'ClusterFirst','schedulerName':'default-scheduler',"
                    + "'securityContext':{}}"));
    assertThat(container)
        .isEqualTo(
            json(
                "{'name':'web','image':'nginx:1','terminationMessagePath':'/dev/termination-log',"
                    + "'terminationMessagePolicy':'File','imagePullPolicy':'IfNotPresent',"
                    + "'resources':{}}"));
  }

  @Test
  void a_pod_takes_requests_from_limits_and_has_a_class_and_a_phase() {
    ObjectNode pod =
        object(
            "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'containers':[{"
                + "'name':'a','image':'registry:5000/x','resources':{'limits':{'cpu':1,"
                + "'memory':'1024Mi'}},'ports':[{'containerPort':80}]}]}}");
    RULES.checkFields(type(pod), pod, FieldValidation.STRICT);
    defaulted(pod);
    RULES.prepareForCreate(type(pod), pod);
    RULES.validateCreate(type(pod), pod);
    var container = pod.path("spec").path("containers").path(0);

    assertThat(container.path("resources").path("requests"))
        .isEqualTo(json("{'cpu':'1','memory':'1Gi'}"));
    assertThat(container.path("imagePullPolicy").asString()).isEqualTo("Always");
    assertThat(container.path("ports").path(0).path("protocol").asString()).isEqualTo("TCP");
    assertThat(pod.path("status")).isEqualTo(json("{'phase':'Pending','qosClass':'Guaranteed'}"));
    assertThat(pod.path("spec").path("tolerations").size()).isEqualTo(2);
  }

  @Test
  void an_autoscaler_gets_a_metric_and_full_behavior() {
    ObjectNode plain = defaulted(object(Kinds.HPA));
    ObjectNode shaped =
        defaulted(
            with(
                Kinds.HPA,
                "spec.behavior",
                "{'scaleDown':{'policies':[{'type':'Pods','value':1,'periodSeconds':60}]}}"));

    assertThat(plain.path("spec").path("minReplicas").intValue()).isEqualTo(1);
    assertThat(plain.path("spec").path("metrics"))
        .isEqualTo(
            json(
                "[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization',"
                    + "'averageUtilization':80}}}]"));
    assertThat(plain.path("spec").has("behavior")).isFalse();
    assertThat(shaped.path("spec").path("behavior"))
        .isEqualTo(
            json(
                "{'scaleDown':{'policies':[{'type':'Pods','value':1,'periodSeconds':60}],"
                    + "'selectPolicy':'Max'},'scaleUp':{'stabilizationWindowSeconds':0,"
                    + "'selectPolicy':'Max','policies':[{'type':'Pods','value':4,"
                    + "'periodSeconds':15},{'type':'Percent','value':100,'periodSeconds':15}]}}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Kinds.WEB, Kinds.HPA, Kinds.CRON_TABS})
  void defaults_applied_twice_are_the_same_and_valid(String text) {
    ObjectNode once = defaulted(object(text));

    assertThat(defaulted(once.deepCopy())).isEqualTo(once);
    assertThatCode(() -> RULES.validateCreate(type(once), once)).doesNotThrowAnyException();
    assertThatCode(() -> RULES.validateUpdate(type(once), once, once.deepCopy()))
        .doesNotThrowAnyException();
    assertThat(RULES.checkFields(type(once), once.deepCopy(), FieldValidation.STRICT)).isEmpty();
  }

  /// A field of the deployment, its value, and what is said of it.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      textBlock =
          """
          metadata.name|'Web_1'|metadata.name: Invalid value: "Web_1": a lowercase RFC 1123 subdomain must consist of
          metadata.labels|{'a b':'c'}|metadata.labels: Invalid value: "a b": name part must consist of
          spec.selector|-|spec.selector: Required value
          spec.selector.matchLabels|{'app':'other'}|spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`
          spec.selector|{}|empty selector is invalid for deployment
          spec.replicas|-1|spec.replicas: Invalid value: -1: must be greater than or equal to 0
          spec.template.spec.containers|[]|spec.template.spec.containers: Required value
          spec.template.spec.containers.0.image|-|spec.template.spec.containers[0].image: Required value
          spec.template.spec.containers.0.name|'A'|spec.template.spec.containers[0].name: Invalid value: "A": a lowercase RFC 1123 label
          spec.template.spec.containers.0.resources|{'requests':{'cpu':'2'},'limits':{'cpu':'1'}}|spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1
          spec.template.spec.containers.0.resources|{'requests':{'cpu':'-1'}}|must be greater than or equal to 0
          spec.template.spec.containers.0.ports|[{'containerPort':70000}]|must be between 1 and 65535, inclusive
          spec.template.spec.containers.0.volumeMounts|[{'name':'v','mountPath':'/x'}]|volumeMounts[0].name: Not found: "v"
          spec.template.spec.restartPolicy|'Never'|spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"
          spec.strategy|{'type':'Recreate','rollingUpdate':{'maxSurge':1}}|may not be specified when strategy `type` is 'Recreate'
          spec.strategy|{'type':'RollingUpdate','rollingUpdate':{'maxSurge':0,'maxUnavailable':0}}|may not be 0 when `maxSurge` is 0
          spec.strategy|{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'x'}}|a valid percent string
          spec.progressDeadlineSeconds|0|must be greater than minReadySeconds
          """)
  void a_deployment_that_makes_no_sense_is_refused(String path, String value, String message) {
    ObjectNode wrong = with(Kinds.WEB, path, value);

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> create(wrong))
        .withMessageContaining(message)
        .satisfies(refused -> {
          assertThat(refused.code()).isEqualTo(422);
          assertThat(refused.toStatus().path("details").path("causes").size()).isPositive();
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      textBlock =
          """
          spec.maxReplicas|0|spec.maxReplicas: Invalid value: 0: must be greater than 0
          spec.minReplicas|7|spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`
          spec.minReplicas|0|spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas
          spec.minReplicas|-1|spec.minReplicas: Invalid value: -1
          spec.scaleTargetRef.name|-|spec.scaleTargetRef.name: Required value
          spec.metrics|[{'type':'Weather'}]|spec.metrics[0].type: Unsupported value: "Weather": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"
          spec.metrics|[{'type':'Resource'}]|spec.metrics[0].resource: Required value: must populate information for the given metric source
          spec.metrics|[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization'}}}]|must set either a target raw value or a target utilization
          spec.metrics|[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':50,'averageValue':'1'}}}]|may not set both a target raw value and a target utilization
          spec.metrics|[{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':0}}}]|averageUtilization: Invalid value: 0: must be greater than 0
          spec.metrics|[{'type':'Resource','resource':{'name':'cpu','target':{'type':'AverageValue','averageValue':'-1'}}}]|averageValue: Invalid value: "-1": must be positive
          spec.metrics|[{'type':'External','external':{'metric':{'name':'q'},'target':{'type':'Value','value':'1','averageValue':'1'}}}]|may not set both a target value for metric and a per-pod target
          spec.selectionStrategy|'Luck'|spec.selectionStrategy: Unsupported value: "Luck"
          spec.behavior|{'scaleUp':{'policies':[]}}|spec.behavior.scaleUp.policies: Required value: must specify at least one Policy
          spec.behavior|{'scaleUp':{'stabilizationWindowSeconds':3601}}|must be less than or equal to 3600
          spec.behavior|{'scaleDown':{'policies':[{'type':'Pods','value':0,'periodSeconds':1801}]}}|spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero, spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800
          """)
  void an_autoscaler_that_makes_no_sense_is_refused(String path, String value, String message) {
    ObjectNode wrong = with(Kinds.HPA, path, value);

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> create(wrong))
        .withMessageContaining(message)
        .withMessageStartingWith("HorizontalPodAutoscaler.autoscaling \"web\" is invalid: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'name':'p'},'spec':{'minAvailable':1,'maxUnavailable':1}}|minAvailable and maxUnavailable cannot be both set
          {'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'name':'p'},'spec':{'minAvailable':'101%'}}|must not be greater than 100%
          {'apiVersion':'v1','kind':'Service','metadata':{'name':'s'},'spec':{}}|spec.ports: Required value
          {'apiVersion':'v1','kind':'Service','metadata':{'name':'1s'},'spec':{'ports':[{'port':80}]}}|a DNS-1035 label
          {'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'},'data':{'a b':'x'}}|data[a b]: Invalid value: "a b": a valid config key
          {'apiVersion':'v1','kind':'Secret','metadata':{'name':'c'},'data':{'a':'%'}}|illegal base64 data
          {'apiVersion':'coordination.k8s.io/v1','kind':'Lease','metadata':{'name':'l'},'spec':{'leaseDurationSeconds':0}}|must be greater than 0
          {'apiVersion':'v1','kind':'Node','metadata':{'name':'n'},'spec':{'taints':[{'key':'a','effect':'Eat'}]}}|Unsupported value: "Eat"
          {'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{'name':'x'},'spec':{'group':'a.b','scope':'Namespaced','names':{'plural':'xs','kind':'X'},'versions':[]}}|metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group
          {'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'containers':[{'name':'a','image':'x'}],'tolerations':[{'operator':'Equal'}]}}|operator must be Exists when `key` is empty
          {'apiVersion':'v1','kind':'ConfigMap','metadata':{}}|metadata.name: Required value: name or generateName is required
          """)
  void the_other_kinds_refuse_what_makes_no_sense(String object, String message) {
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> create(object(object)))
        .withMessageContaining(message)
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(422));
  }

  @Test
  void what_may_not_change_is_refused() {
    ObjectNode old = defaulted(object(Kinds.WEB));
    ObjectNode other = defaulted(object(Kinds.WEB.replace("'app':'web'", "'app':'shop'")));

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> RULES.validateUpdate(type(old), old, other))
        .withMessage(
            "Deployment.apps \"web\" is invalid: spec.selector: Invalid value:"
                + " {\"matchLabels\":{\"app\":\"shop\"}}: field is immutable");

    ObjectNode pod =
        defaulted(
            object(
                "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p'},'spec':{'containers':"
                    + "[{'name':'a','image':'x'}]}}"));
    ObjectNode bound = pod.deepCopy();
    ((ObjectNode) bound.path("spec")).put("nodeName", "n1");
    ObjectNode moved = pod.deepCopy();
    ((ObjectNode) moved.path("spec")).put("nodeName", "n2");
    ObjectNode image = bound.deepCopy();
    ((ObjectNode) image.path("spec").path("containers").path(0)).put("image", "y");

    assertThatCode(() -> RULES.validateUpdate(type(pod), pod, bound)).doesNotThrowAnyException();
    assertThatCode(() -> RULES.validateUpdate(type(pod), bound, image)).doesNotThrowAnyException();
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> RULES.validateUpdate(type(pod), bound, moved))
        .withMessageContaining("pod updates may not change fields other than");
  }

  @Test
  void unknown_fields_are_refused_told_or_dropped() {
    String text =
        Kinds.WEB
            .replace("'image':'nginx:1'", "'image':'nginx:1','imagee':1")
            .replace("'selector'", "'foo':1,'paused':null,'selector'");
    ResourceType type = CATALOG.byKind("apps", "v1", "Deployment").orElseThrow();
    ObjectNode warned = object(text);
    ObjectNode ignored = object(text);

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> RULES.checkFields(type, object(text), FieldValidation.STRICT))
        .withMessage(
            "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error:"
                + " unknown field \"spec.foo\", unknown field"
                + " \"spec.template.spec.containers[0].imagee\"")
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(400));
    assertThat(RULES.checkFields(type, warned, FieldValidation.WARN))
        .containsExactly(
            "unknown field \"spec.foo\"",
            "unknown field \"spec.template.spec.containers[0].imagee\"");
    assertThat(RULES.checkFields(type, ignored, FieldValidation.IGNORE)).isEmpty();
    assertThat(warned).isEqualTo(ignored).isEqualTo(object(Kinds.WEB));
    assertThat(FieldValidation.parse("")).isEqualTo(FieldValidation.WARN);
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> FieldValidation.parse("strict"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          spec.replicas|'3'|json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32
          spec.replicas|1.5|json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32
          spec.replicas|3000000000|of type int32
          spec.template.spec.containers|{}|json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container
          spec.template.spec.containers.0.image|5|json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string
          spec.template.spec.containers.0.resources|{'limits':{'cpu':'1x'}}|quantities must match the regular expression
          metadata.creationTimestamp|'yesterday'|parsing time "yesterday"
          """)
  void values_of_a_wrong_type_are_refused(String path, String value, String message) {
    ObjectNode wrong = with(Kinds.WEB, path, value);

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> RULES.checkFields(type(wrong), wrong, FieldValidation.IGNORE))
        .withMessageContaining(message)
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(400));
  }
}
