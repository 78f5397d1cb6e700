package dev.mangru.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Programs of other projects, unpacked by `bench/get-peers.sh` into the folder that MANGRU_PEERS
/// names.
final class Peer {

  private Peer() {}

  /// The program, or a visible skip of the test.
  static Path program(String name) {
    String folder = System.getenv("MANGRU_PEERS");
    assumeTrue(
        folder != null && !folder.isBlank(),
        "needs MANGRU_PEERS, a folder made by bench/get-peers.sh, for " + name);
    Path program = Path.of(folder, "usr", "bin", name);
    assertThat(program).as("MANGRU_PEERS is set, so the program must be there").isExecutable();
    return program;
  }

  /// Runs a program to its end and returns what it printed on standard output.
  static String output(Path program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("peer", ".out");
    Path err = Files.createTempFile("peer", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " did not end");
      }
      assertThat(process.exitValue()).as(command + ": " + Files.readString(err)).isZero();
      return Files.readString(out);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }
}
