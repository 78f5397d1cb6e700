package dev.mangru.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// A first look at the user's configuration file, so that what would be ignored is refused instead.
public final class ConfigFile {

  private ConfigFile() {}

  /// Checks that `file` is YAML and has nothing but `mangru` at the top. What is below is bound
  /// strictly by [MangruProperties].
  ///
  /// @throws StartFailure if it is not
  public static void check(Path file) {
    if (!(file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))) {
      throw wrong(file, "its name must end in .yaml or .yml", null);
    }
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try (Reader reader = Files.newBufferedReader(file)) {
      Object root = new Yaml(new SafeConstructor(options)).load(reader);
      if (root == null) {
        return;
      }
      if (!(root instanceof Map<?, ?> map)) {
        throw wrong(file, "it must begin with \"mangru:\"", null);
      }
      for (Object key : map.keySet()) {
        if (!String.valueOf(key).equals("mangru")) {
          throw wrong(
              file, "unknown key \"" + key + "\"; everything belongs below \"mangru:\"", null);
        }
      }
    } catch (YAMLException e) {
      throw wrong(file, "it is not YAML: " + String.valueOf(e.getMessage()).replace('\n', ' '), e);
    } catch (IOException e) {
      throw wrong(
          file, "it cannot be read: " + e.getClass().getSimpleName() + " " + e.getMessage(), e);
    }
  }

  private static StartFailure wrong(Path file, String why, @Nullable Throwable cause) {
    return new StartFailure(
        StartFailure.CONFIGURATION, "the configuration file " + file + ": " + why, cause);
  }
}
