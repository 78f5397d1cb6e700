package dev.mangru.model.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

  @TempDir Path directory;

  /// Holds a directory in a process of its own until its input ends.
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (Closeable _ = Disk.REAL.lock(Path.of(arguments[0]))) {
        System.out.write("held\n".getBytes(UTF_8));
        System.out.flush();
        while (System.in.read() >= 0) {
          // until the test closes the pipe
        }
      }
    }
  }

  @Test
  void a_directory_held_by_another_process_is_refused_naming_it_and_the_process() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.inputReader(UTF_8).readLine()).isEqualTo("held");
      assertThatThrownBy(() -> Disk.REAL.lock(directory))
          .isInstanceOfSatisfying(
              MangruException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessage(
              "the data directory "
                  + directory
                  + " is in use by process "
                  + holder.pid()
                  + ": stop it first, or choose another directory");
    } finally {
      holder.destroyForcibly().waitFor();
    }
    Disk.REAL.lock(directory).close(); // a killed process holds nothing
  }

  @Test
  void a_directory_held_by_this_process_stays_held_after_a_second_try() throws IOException {
    try (Closeable _ = Disk.REAL.lock(directory)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> Disk.REAL.lock(directory))
            .hasMessageContaining("in use by this process");
      }
    }
    Disk.REAL.lock(directory).close();
    assertThat(Files.readString(directory.resolve("LOCK")))
        .isEqualTo(ProcessHandle.current().pid() + "\n");
  }
}
