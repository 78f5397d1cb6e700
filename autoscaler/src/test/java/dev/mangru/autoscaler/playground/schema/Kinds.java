package dev.mangru.autoscaler.playground.schema;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Objects for tests: single quotes read as double ones.
final class Kinds {

  private static final JsonMapper JSON = new JsonMapper();

  static final ResourceCatalog CATALOG = new ResourceCatalog();
  static final ObjectRules RULES = new ObjectRules(CATALOG);

  static final String WEB =
      """
      {'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web'},'spec':{
       'selector':{'matchLabels':{'app':'web'}},
       'template':{'metadata':{'labels':{'app':'web'}},
        'spec':{'containers':[{'name':'web','image':'nginx:1'}]}}}}\
      """;

  static final String HPA =
      """
      {'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':'web'},
       'spec':{'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'web'},
        'maxReplicas':5}}\
      """;

  static final String CRON_TABS =
      """
      {'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition',
       'metadata':{'name':'crontabs.stable.example.com'},
       'spec':{'group':'stable.example.com','scope':'Namespaced',
        'names':{'plural':'crontabs','kind':'CronTab','shortNames':['ct']},
        'versions':[
         {'name':'v1beta1','served':true,'storage':false,
          'schema':{'openAPIV3Schema':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}},
         {'name':'v1','served':true,'storage':true,
         'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.replicas',
          'statusReplicasPath':'.status.replicas'}},
         'schema':{'openAPIV3Schema':{'type':'object','required':['spec'],'properties':{
          'spec':{'type':'object','required':['cronSpec'],'properties':{
           'cronSpec':{'type':'string','pattern':'^[0-9* ]+$'},
           'image':{'type':'string','default':'busybox','maxLength':10},
           'replicas':{'type':'integer','minimum':1,'maximum':10},
           'policy':{'type':'string','enum':['Allow','Forbid']},
           'free':{'type':'object','x-kubernetes-preserve-unknown-fields':true},
           'port':{'x-kubernetes-int-or-string':true},
           'steps':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['id'],
            'items':{'type':'object','required':['id'],'properties':{
             'id':{'type':'string'},'run':{'type':'string'}}}}}},
          'status':{'type':'object','properties':{'replicas':{'type':'integer'}}}}}}}]}}\
      """;

  private Kinds() {}

  static ObjectNode object(String text) {
    return (ObjectNode) json(text);
  }

  static JsonNode json(String text) {
    return JSON.readTree(text.replace('\'', '"'));
  }

  static ResourceType type(JsonNode object) {
    return CATALOG
        .byApiVersion(object.path("apiVersion").asString(), object.path("kind").asString())
        .orElseThrow();
  }

  /// Sets or, with an empty value, removes a field; list items by index.
  static ObjectNode with(String object, String path, String value) {
    ObjectNode whole = object(object);
    String[] words = path.split("\\.", -1);
    JsonNode at = whole;
    for (int i = 0; i < words.length - 1; i++) {
      JsonNode next =
          words[i].matches("[0-9]+") ? at.path(Integer.parseInt(words[i])) : at.path(words[i]);
      if (next.isMissingNode()) {
        next = ((ObjectNode) at).putObject(words[i]);
      }
      at = next;
    }
    String last = words[words.length - 1];
    if (value == null) {
      ((ObjectNode) at).remove(last);
    } else {
      ((ObjectNode) at).set(last, json(value));
    }
    return whole;
  }
}
