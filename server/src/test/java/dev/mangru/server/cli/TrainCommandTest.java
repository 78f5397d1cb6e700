package dev.mangru.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.Mangru;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {

  @Test
  void the_requests_of_the_training_are_answered(@TempDir Path directory) {
    int code =
        Mangru.commandLine().execute("train", "--data", directory.resolve("data").toString());
    assertThat(code).isZero();
  }
}
