package dev.mangru.autoscaler.playground.sim;

import dev.mangru.autoscaler.playground.sim.scenario.Scenario;
import dev.mangru.autoscaler.playground.sim.scenario.ScenarioReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Scenarios for tests.
final class Scenarios {

  private Scenarios() {}

  static Scenario parse(String yaml) {
    return new ScenarioReader("test.yaml", Scenarios::resource).read(yaml);
  }

  static Scenario shipped(String name) {
    return new ScenarioReader(name + ".yaml", Scenarios::resource).read(resource(name + ".yaml"));
  }

  private static String resource(String name) {
    try (InputStream in =
        Scenarios.class.getResourceAsStream("/dev/mangru/autoscaler/playground/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
