package dev.mangru.collector.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "/var/log/**/*.log, /var/log/a.log, true",
    "/var/log/**/*.log, /var/log/x/y/a.log, true",
    "/var/log/**/*.log, /var/log/x/y/a.txt, false",
    "/var/log/**/*.log, /var/lib/a.log, false",
    "/var/log/pods/*/*/*.log, /var/log/pods/a/b/0.log, true",
    "/var/log/pods/*/*/*.log, /var/log/pods/a/0.log, false",
    "/a/?.log, /a/b.log, true",
    "/a/?.log, /a/bc.log, false",
    "/a/*-*-json.log, /a/x-y-z-json.log, true",
    "/**/b/**/c.log, /a/b/x/b/c.log, true",
  })
  void matches_by_segment(String glob, String path, boolean expected) {
    assertThat(Glob.parse(glob).matches(Path.of(path))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"relative/*.log", "/", "/var/log/", "/var/log/**", "/var/**x/a.log"})
  void what_names_no_file_is_refused(String glob) {
    assertThatThrownBy(() -> Glob.parse(glob))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(glob);
  }

  @Test
  void many_stars_do_not_explode() {
    String pattern = "*a".repeat(500) + "b";
    assertThat(Glob.segmentMatches(pattern, "a".repeat(5_000))).isFalse();
  }
}
