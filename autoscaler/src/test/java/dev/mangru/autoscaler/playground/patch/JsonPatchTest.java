package dev.mangru.autoscaler.playground.patch;

import static dev.mangru.autoscaler.playground.patch.Trees.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.model.testkit.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

final class JsonPatchTest {

  private static final JsonMapper JSON = new JsonMapper();

  /// RFC 6902, appendix A; the last columns are the examples' own.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'foo':'bar'}|[{'op':'add','path':'/baz','value':'qux'}]|{'baz':'qux','foo':'bar'}
          {'foo':['bar','baz']}|[{'op':'add','path':'/foo/1','value':'qux'}]|{'foo':['bar','qux','baz']}
          {'baz':'qux','foo':'bar'}|[{'op':'remove','path':'/baz'}]|{'foo':'bar'}
          {'foo':['bar','qux','baz']}|[{'op':'remove','path':'/foo/1'}]|{'foo':['bar','baz']}
          {'baz':'qux','foo':'bar'}|[{'op':'replace','path':'/baz','value':'boo'}]|{'baz':'boo','foo':'bar'}
          {'foo':{'bar':'baz','waldo':'fred'},'qux':{'corge':'grault'}}|[{'op':'move','from':'/foo/waldo','path':'/qux/thud'}]|{'foo':{'bar':'baz'},'qux':{'corge':'grault','thud':'fred'}}
          {'foo':['all','grass','cows','eat']}|[{'op':'move','from':'/foo/1','path':'/foo/3'}]|{'foo':['all','cows','eat','grass']}
          {'baz':'qux','foo':['a',2,'c']}|[{'op':'test','path':'/baz','value':'qux'},{'op':'test','path':'/foo/1','value':2}]|{'baz':'qux','foo':['a',2,'c']}
          {'foo':'bar'}|[{'op':'add','path':'/child','value':{'grandchild':{}}}]|{'foo':'bar','child':{'grandchild':{}}}
          {'foo':'bar'}|[{'op':'add','path':'/baz','value':'qux','xyz':123}]|{'foo':'bar','baz':'qux'}
          {'/':9,'~1':10}|[{'op':'test','path':'/~01','value':10}]|{'/':9,'~1':10}
          {'foo':['bar']}|[{'op':'add','path':'/foo/-','value':['abc','def']}]|{'foo':['bar',['abc','def']]}
          {'foo':1}|[{'op':'test','path':'/foo','value':1.0}]|{'foo':1}
          {'foo':1}|[{'op':'copy','from':'/foo','path':'/bar'}]|{'foo':1,'bar':1}
          {'foo':1}|[{'op':'replace','path':'','value':{'x':2}}]|{'x':2}
          {'foo':null}|[{'op':'test','path':'/foo','value':null}]|{'foo':null}
          """)
  void the_examples_of_the_rfc_give_their_results(String before, String patch, String after) {
    JsonNode target = json(before);

    assertThat(JsonPatch.apply(target, json(patch))).isEqualTo(json(after));
    assertThat(target).as("the argument is not changed").isEqualTo(json(before));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'baz':'qux'}|[{'op':'test','path':'/baz','value':'bar'}]|422|testing value /baz failed: test failed
          {'/':9,'~1':10}|[{'op':'test','path':'/~01','value':'10'}]|422|testing value /~01 failed: test failed
          {'foo':'bar'}|[{'op':'add','path':'/baz/bat','value':'qux'}]|422|doc is missing path: "/baz/bat"
          {'foo':'bar'}|[{'op':'remove','path':'/baz'}]|422|remove operation does not apply: doc is missing path: "/baz"
          {'foo':'bar'}|[{'op':'replace','path':'/baz','value':1}]|422|replace operation does not apply
          {'foo':[1]}|[{'op':'add','path':'/foo/2','value':1}]|422|invalid index 2 in a list of 1
          {'foo':[1]}|[{'op':'add','path':'/foo/01','value':1}]|422|invalid index 01
          {'foo':{'a':1}}|[{'op':'move','from':'/foo','path':'/foo/a/b'}]|422|into itself
          {'foo':1}|[{'op':'grow','path':'/foo'}]|400|unexpected op: grow
          {'foo':1}|[{'op':'add','path':'/foo'}]|400|needs "value"
          {'foo':1}|[{'op':'remove'}]|400|needs "path"
          {'foo':1}|[{'op':'remove','path':'foo'}]|400|begins with "/"
          {'foo':1}|[{'op':'remove','path':'/a~2b'}]|400|followed by 0 or 1
          {'foo':1}|{'op':'remove','path':'/foo'}|400|a list of operations
          """)
  void what_does_not_apply_is_refused_with_its_reason(
      String before, String patch, int code, String message) {
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> JsonPatch.apply(json(before), json(patch)))
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(code))
        .withMessageContaining(message);
  }

  @Test
  void a_failing_operation_undoes_the_ones_before_it() {
    JsonNode target = json("{'a':1}");

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() ->
            JsonPatch.apply(
                target, json("[{'op':'remove','path':'/a'},{'op':'test','path':'/b','value':1}]")));
    assertThat(target).isEqualTo(json("{'a':1}"));
  }

  @Test
  void limits_hold_for_operations_depth_and_copies() {
    ArrayNode many = JSON.createArrayNode();
    for (int i = 0; i <= PatchLimits.MAX_OPERATIONS; i++) {
      many.addObject().put("op", "test").put("path", "");
    }
    String deep = "[".repeat(101) + "]".repeat(101);
    StringBuilder doubling = new StringBuilder("[{'op':'add','path':'/l','value':[0]}");
    doubling.append(",{'op':'copy','from':'/l','path':'/l/-'}".repeat(60)).append(']');

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> JsonPatch.apply(json("{}"), many))
        .withMessage("The allowed maximum operations in a JSON patch is 10000, got 10001");
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() ->
            JsonPatch.apply(json("{}"), json("[{'op':'add','path':'/a','value':" + deep + "}]")))
        .withMessageContaining("100 levels");
    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> JsonPatch.apply(json("{}"), json(doubling.toString())))
        .withMessageContaining("may copy at most");
  }

  /// The oracle keeps the document as plain maps and lists and knows pointers as lists of words.
  @Seeds(300)
  void random_patches_agree_with_plain_maps_and_lists(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    JsonNode target = Trees.randomObject(random, 3);
    ArrayNode patch = JSON.createArrayNode();
    for (int i = random.nextInt(6); i >= 0; i--) {
      String[] ops = {"add", "remove", "replace", "move", "copy", "test"};
      var operation = patch.addObject().put("op", ops[random.nextInt(ops.length)]);
      operation.put("path", pointer(random)).put("from", pointer(random));
      operation.set("value", Trees.random(random, 1));
    }
    Object expected = plain(target);
    boolean applies = true;
    for (JsonNode operation : patch) {
      Object[] holder = {expected};
      applies = applies && naive(holder, operation);
      expected = holder[0];
    }

    if (applies) {
      assertThat(plain(JsonPatch.apply(target, patch))).isEqualTo(expected);
    } else {
      assertThatExceptionOfType(KubeApiException.class)
          .isThrownBy(() -> JsonPatch.apply(target, patch));
    }
  }

  private static String pointer(SplittableRandom random) {
    StringBuilder pointer = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int pick = random.nextInt(9);
      pointer.append('/').append(pick < 6 ? "k" + pick : pick == 6 ? "-" : "" + random.nextInt(3));
    }
    return pointer.toString();
  }

  private static Object plain(JsonNode node) {
    return JSON.treeToValue(node, Object.class);
  }

  private static Object copy(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, inner) -> copy.put(key, copy(inner)));
        yield copy;
      }
      case List<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(inner -> copy.add(copy(inner)));
        yield copy;
      }
      case Object scalar -> scalar;
    };
  }

  private static boolean naive(Object[] holder, JsonNode operation) {
    List<String> path = words(operation.get("path").stringValue());
    List<String> from = words(operation.get("from").stringValue());
    Object value = plain(operation.get("value"));
    Object root = holder[0];
    return switch (operation.get("op").stringValue()) {
      case "add" -> put(root, path, value);
      case "remove" -> take(root, path) != null;
      case "replace" ->
          find(root, path) != null && take(root, path) != null && put(root, path, value);
      case "test" -> value.equals(find(root, path));
      case "copy" -> find(root, from) != null && put(root, path, copy(find(root, from)));
      default -> {
        boolean inside = path.size() > from.size() && path.subList(0, from.size()).equals(from);
        if (inside || find(root, from) == null) {
          yield false;
        }
        yield path.equals(from) || put(root, path, take(root, from));
      }
    };
  }

  private static List<String> words(String pointer) {
    return List.of(pointer.substring(1).split("/", -1));
  }

  private static Object find(Object root, List<String> path) {
    Object at = root;
    for (String word : path) {
      at = child(at, word);
    }
    return at;
  }

  private static Object child(Object at, String word) {
    if (at instanceof Map<?, ?> map) {
      return map.get(word);
    }
    if (at instanceof List<?> list
        && word.matches("[0-9]+")
        && Integer.parseInt(word) < list.size()) {
      return list.get(Integer.parseInt(word));
    }
    return null;
  }

  @SuppressWarnings("unchecked") // The trees are made of maps and lists of objects only.
  private static boolean put(Object root, List<String> path, Object value) {
    Object parent = find(root, path.subList(0, path.size() - 1));
    String last = path.getLast();
    if (parent instanceof Map<?, ?> map) {
      ((Map<Object, Object>) map).put(last, value);
      return true;
    }
    if (parent instanceof List<?> list) {
      int index =
          last.equals("-") ? list.size() : last.matches("[0-9]+") ? Integer.parseInt(last) : -1;
      if (index >= 0 && index <= list.size()) {
        ((List<Object>) list).add(index, value);
        return true;
      }
    }
    return false;
  }

  private static Object take(Object root, List<String> path) {
    Object found = find(root, path);
    if (found == null) {
      return null;
    }
    Object parent = find(root, path.subList(0, path.size() - 1));
    if (parent instanceof Map<?, ?> map) {
      return map.remove(path.getLast());
    }
    return parent instanceof List<?> list ? list.remove(Integer.parseInt(path.getLast())) : null;
  }
}
