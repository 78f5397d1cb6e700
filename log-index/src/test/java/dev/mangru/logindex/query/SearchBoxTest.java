package dev.mangru.logindex.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import dev.mangru.model.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchBoxTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '\u0001',
      nullValues = "NOTHING",
      textBlock =
          """
          timeout → {} |= "timeout"
          timeout order → {} |= "timeout" |= "order"
          "is not available" → {} |= "is not available"
          "say \\"hi\\" \\\\" → {} |= "say \\"hi\\" \\\\"
          -health -"GET /" x → {} != "health" != "GET /" |= "x"
          app:shop timeout → {app="shop"} |= "timeout"
          app=shop -zone:b → {app="shop", zone!="b"}
          app:shop-*.x -pod:*y → {app=~"shop-.*\\\\.x", pod!~".*y"}
          app:"my shop*" → {app="my shop*"}
          level:error → {} | detected_level="error"
          severity:ERROR,warning x → {} |= "x" | detected_level=~"warn|error"
          -level:debug,trace,unknown,info → {} | detected_level=~"warn|error|fatal"
          12:30:05 http://x/y a::b - -- 결제:실패 → {} |= "12:30:05" |= "http://x/y" |= "a::b" |= "-" != "-" |= "결제:실패"
          status: code= a==b → {} |= "status:" |= "code=" |= "a==b"
          {app="shop"} |= "x" → {app="shop"} |= "x"
          {} → {}
          """)
  void what_is_typed_becomes_logql(String typed, String logql) {
    assertThat(SearchBox.compile(typed.strip()).logql()).isEqualTo(logql.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '\u0001',
      textBlock =
          """
          "open → the quote at position 1 is not closed
          x level:loud → "loud" at position 3 is no level
          level:error -level:error → leave none
          {app= → text in quotes expected
          """)
  void what_makes_no_sense_is_told(String typed, String message) {
    assertThatThrownBy(() -> SearchBox.compile(typed.strip()))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining(message.strip());
  }

  @Seeds(300)
  void whatever_is_typed_compiles_to_logql_that_means_the_same_or_is_told(long seed) {
    Random random = new Random(seed);
    String alphabet = "ab :=-\"\\*{},|~!()`결\u0001😀level:error";
    StringBuilder typed = new StringBuilder();
    for (int i = 0; i < random.nextInt(30); i++) {
      typed.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    try {
      SearchBox.Compiled compiled = SearchBox.compile(typed.toString());
      assertThat(LogqlParser.parse(compiled.logql(), true))
          .as(typed.toString())
          .isEqualTo(compiled.selector());
    } catch (MangruException e) {
      assertThat(e.text()).isNotBlank();
    }
  }
}
