package dev.mangru.autoscaler.playground.patch;

import static dev.mangru.autoscaler.playground.patch.Trees.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.model.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

final class MergePatchTest {

  /// RFC 7386, appendix A.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'a':'b'}|{'a':'c'}|{'a':'c'}
          {'a':'b'}|{'b':'c'}|{'a':'b','b':'c'}
          {'a':'b'}|{'a':null}|{}
          {'a':'b','b':'c'}|{'a':null}|{'b':'c'}
          {'a':['b']}|{'a':'c'}|{'a':'c'}
          {'a':'c'}|{'a':['b']}|{'a':['b']}
          {'a':{'b':'c'}}|{'a':{'b':'d','c':null}}|{'a':{'b':'d'}}
          {'a':[{'b':'c'}]}|{'a':[1]}|{'a':[1]}
          ['a','b']|['c','d']|['c','d']
          {'a':'b'}|['c']|['c']
          {'a':'foo'}|null|null
          {'a':'foo'}|'bar'|'bar'
          {'e':null}|{'a':1}|{'e':null,'a':1}
          [1,2]|{'a':'b','c':null}|{'a':'b'}
          {}|{'a':{'bb':{'ccc':null}}}|{'a':{'bb':{}}}
          """)
  void the_examples_of_the_rfc_give_their_results(String before, String patch, String after) {
    JsonNode target = json(before);

    assertThat(MergePatch.apply(target, json(patch))).isEqualTo(json(after));
    assertThat(target).isEqualTo(json(before));
  }

  @Seeds(300)
  void the_difference_of_two_trees_turns_one_into_the_other(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    JsonNode before = Trees.randomObject(random, 1 + (int) (seed % 4));
    JsonNode after = Trees.randomObject(random, 1 + (int) (seed % 4));

    JsonNode patch = MergePatch.diff(before, after);

    assertThat(MergePatch.apply(before, patch)).isEqualTo(after);
    assertThat(MergePatch.apply(after, patch)).as("once more").isEqualTo(after);
  }

  @Test
  void a_patch_nested_too_deep_is_refused() {
    JsonNode deep = json("{'a':".repeat(101) + "1" + "}".repeat(101));

    assertThatExceptionOfType(KubeApiException.class)
        .isThrownBy(() -> MergePatch.apply(json("{}"), deep))
        .withMessageContaining("100 levels");
  }
}
