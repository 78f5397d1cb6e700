package dev.mangru.logindex.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.testkit.Seeds;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LineTermsTest {

  /// The terms of one line, gathered.
  private static final class Terms implements LineTerms.Sink {
    final Set<String> words = new HashSet<>();
    final Set<Integer> grams = new HashSet<>();
    boolean longWord;

    @Override
    public void word(String text, int start, int end) {
      words.add(text.substring(start, end));
    }

    @Override
    public void longWord() {
      longWord = true;
    }

    @Override
    public void gram(int hash) {
      grams.add(hash);
    }

    boolean allow(NeedleTerms needle) {
      return grams.containsAll(needle.grams())
          && needle.words().stream()
              .allMatch(word ->
                  words.stream().anyMatch(word::matches)
                      || (longWord
                          && (word.openLeft()
                              || word.openRight()
                              || word.text().length() > LineTerms.MAX_WORD)));
    }
  }

  private static Terms terms(String line) {
    Terms terms = new Terms();
    LineTerms.split(line, terms);
    return terms;
  }

  @Test
  void words_are_runs_of_letters() {
    Terms terms = terms("GET /api/v1/users_list id=ab1cde " + "x".repeat(LineTerms.MAX_WORD + 1));
    assertThat(terms.words).containsExactlyInAnyOrder("GET", "api", "users", "list", "cde");
    assertThat(terms.longWord).isTrue();
  }

  @Test
  void an_identifier_of_ten_characters_or_more_has_a_gram_in_common_with_every_part_of_ten() {
    String id = "0af7651916cd43dd8448eb211c80319c";
    Set<Integer> grams = terms("trace_id=" + id).grams;
    for (int start = 0; start + 10 <= id.length(); start++) {
      NeedleTerms needle = NeedleTerms.of(id.substring(start, start + 10));
      assertThat(needle.grams()).isNotEmpty();
      assertThat(grams).containsAll(needle.grams());
    }
    assertThat(grams.size()).isLessThan(14);
  }

  @Test
  void a_bare_word_decides_without_the_line() {
    assertThat(NeedleTerms.of("timeout").exact()).isTrue();
    assertThat(NeedleTerms.of("time out").exact()).isFalse();
    assertThat(NeedleTerms.of("ab").exact()).isFalse();
    assertThat(NeedleTerms.of("abc1").exact()).isFalse();
    assertThat(NeedleTerms.of("x".repeat(LineTerms.MAX_WORD + 1)).exact()).isFalse();
  }

  @Seeds(2000)
  void every_part_of_a_line_has_only_terms_that_the_line_has(long seed) {
    Random random = new Random(seed);
    String alphabet = "abcdefABC0123456789 -_/.:\"결제실패é😀\ud83d";
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(80);
    while (text.length() < length) {
      int run = 1 + random.nextInt(random.nextInt(20) == 0 ? 90 : 12);
      int from = random.nextInt(alphabet.length());
      int to = Math.min(alphabet.length(), from + 1 + random.nextInt(12));
      for (int i = 0; i < run; i++) {
        text.append(alphabet.charAt(from + random.nextInt(to - from)));
      }
    }
    String line = text.toString();
    Terms terms = terms(line);
    for (int i = 0; i < 50; i++) {
      int start = random.nextInt(line.length() + 1);
      int end = start + random.nextInt(line.length() - start + 1);
      String needle = line.substring(start, end);
      NeedleTerms needleTerms = NeedleTerms.of(needle);
      assertThat(terms.allow(needleTerms)).as("%s in %s", needle, line).isTrue();
      if (needleTerms.exact() && !terms.longWord) {
        String other = new StringBuilder(line).reverse().toString();
        Terms otherTerms = terms(other);
        assertThat(otherTerms.allow(needleTerms))
            .as("%s in %s", needle, other)
            .isEqualTo(other.contains(needle) || otherTerms.longWord);
      }
    }
  }
}
