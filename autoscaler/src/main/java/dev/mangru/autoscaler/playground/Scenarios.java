package dev.mangru.autoscaler.playground;

import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.sim.scenario.ScenarioReader;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/// Finds scenarios: the shipped ones by name, others by file.
final class Scenarios {

  /// What is shipped; the first is the one for a first look.
  static final List<String> SHIPPED = List.of("flash-sale", "daily-wave", "constant", "replay");

  private static final long MOST_BYTES = 4 << 20;

  private Scenarios() {}

  /// Reads a scenario.
  ///
  /// @throws MangruException `BAD_DATA` if there is no such scenario or it cannot be read
  static Scenario load(String name) {
    if (SHIPPED.contains(name)) {
      UnaryOperator<String> resources = Scenarios::resource;
      return new ScenarioReader(name + ".yaml", resources).read(resource(name + ".yaml"));
    }
    if (!name.endsWith(".yaml") && !name.endsWith(".yml")) {
      throw MangruException.badData(
          "no scenario "
              + name
              + "; there are "
              + String.join(", ", SHIPPED)
              + ", or give the path of a file that ends in .yaml");
    }
    Path file = Path.of(name);
    return new ScenarioReader(name, other -> file(file.resolveSibling(other))).read(file(file));
  }

  private static String resource(String name) {
    try (InputStream in = Scenarios.class.getResourceAsStream(name)) {
      if (in == null) {
        throw MangruException.badData("no file " + name + " is shipped with the scenarios");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new MangruException(ErrorCode.INTERNAL, "cannot read the shipped file " + name, e);
    }
  }

  private static String file(Path path) {
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw MangruException.badData(
            path + " is larger than " + MOST_BYTES + " bytes; that is no scenario");
      }
      return Files.readString(path);
    } catch (IOException e) {
      throw new MangruException(
          ErrorCode.BAD_DATA, "cannot read " + path + ": " + e.getMessage(), e);
    }
  }
}
