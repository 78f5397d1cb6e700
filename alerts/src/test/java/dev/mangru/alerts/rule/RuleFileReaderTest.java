package dev.mangru.alerts.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleFileReaderTest {

  @TempDir Path folder;

  private List<String> read(Path... patterns) {
    return new RuleFileReader(new RuleFileParser(_ -> {}, (_, _) -> {}))
        .read(List.of(patterns)).stream()
            .map(outcome ->
                switch (outcome) {
                  case RuleFile.Outcome.Parsed parsed ->
                      folder.relativize(Path.of(parsed.file())) + " parsed";
                  case RuleFile.Outcome.Refused refused ->
                      folder.relativize(Path.of(refused.file())) + " " + refused.errors();
                })
            .toList();
  }

  @Test
  void a_pattern_names_files_and_each_file_counts_once() throws IOException {
    Files.writeString(folder.resolve("b.yml"), "groups: []");
    Files.writeString(folder.resolve("a.yml"), "groups: 5");
    Files.writeString(folder.resolve("c.txt"), "no rules");
    assertThat(read(folder.resolve("*.yml"), folder.resolve("b.yml")))
        .containsExactly(
            "a.yml [1:9: cannot unmarshal !!int `5` into []rulefmt.RuleGroup]", "b.yml parsed");
    assertThat(read(folder.resolve("*.rules"))).isEmpty();
  }

  @Test
  void what_cannot_be_read_is_refused() throws IOException {
    Files.write(folder.resolve("latin.yml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(read(folder.resolve("gone.yml"), folder.resolve("latin.yml")))
        .containsExactly("gone.yml [the file is not there]", "latin.yml [the file is not UTF-8]");
  }
}
