package dev.mangru.server.packaging;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The chart as Helm renders it: objects by kind and name, each a tree of maps and lists.
record Chart(Map<String, Map<String, Object>> objects) {

  static final Path FOLDER = Path.of("..", "helm", "mangru");

  /// Helm would otherwise take the cluster for one of version 1.20.
  private static final String KUBERNETES = "1.33.0";

  /// The chart with an image and the given values on top.
  static Chart with(Map<String, ?> values) {
    return with(KUBERNETES, values);
  }

  static Chart with(String kubernetes, Map<String, ?> values) {
    TemplateCommand command =
        bare(kubernetes)
            .set("image.repository", "registry.example.org/mangru")
            .set("image.tag", "0.1.0");
    values.forEach(command::set);
    return parse(command.call());
  }

  /// The chart with a file of values, an image among them.
  static Chart with(Path values) {
    return parse(bare(KUBERNETES).withValuesFile(values).call());
  }

  /// Nothing set: not even the image, which has no default.
  static TemplateCommand bare() {
    return bare(KUBERNETES);
  }

  private static TemplateCommand bare(String kubernetes) {
    return new Helm(FOLDER)
        .template()
        .withName("mangru")
        .withNamespace("watch")
        .withKubeVersion(kubernetes);
  }

  private static Chart parse(String rendered) {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    Map<String, Map<String, Object>> objects = new TreeMap<>();
    for (Object document : new Yaml(new SafeConstructor(strict)).loadAll(rendered)) {
      if (document != null) {
        Map<String, Object> object = map(document);
        String id = object.get("kind") + "/" + at(object, "metadata", "name");
        if (objects.put(id, object) != null) {
          throw new AssertionError("the chart makes " + id + " twice");
        }
      }
    }
    return new Chart(objects);
  }

  Map<String, Object> object(String id) {
    Map<String, Object> found = objects.get(id);
    if (found == null) {
      throw new AssertionError("the chart makes no " + id + ", but " + objects.keySet());
    }
    return found;
  }

  /// The pods' specifications, by the object that makes the pods.
  Map<String, Map<String, Object>> pods() {
    Map<String, Map<String, Object>> pods = new TreeMap<>();
    objects.forEach((id, object) -> {
      if (object.get("spec") instanceof Map<?, ?> spec && spec.containsKey("template")) {
        pods.put(id, map(at(object, "spec", "template", "spec")));
      }
    });
    return pods;
  }

  String text(String id, String file) {
    return String.valueOf(at(object(id), "data", file));
  }

  /// What is at a path, a list's elements by number.
  static Object at(Object tree, Object... path) {
    Object here = tree;
    for (Object step : path) {
      Object next = step instanceof Integer i ? ((List<?>) here).get(i) : map(here).get(step);
      if (next == null) {
        throw new AssertionError("no " + step + " of " + List.of(path) + " in " + here);
      }
      here = next;
    }
    return here;
  }

  @SuppressWarnings("unchecked") // YAML's maps have strings for keys.
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  /// The maps in the list under a key; none where there is no such key.
  static List<Map<String, Object>> maps(Map<String, Object> of, String key) {
    List<Map<String, Object>> maps = new ArrayList<>();
    if (of.get(key) instanceof List<?> list) {
      list.forEach(element -> maps.add(map(element)));
    }
    return maps;
  }
}
