package dev.mangru.server.conformance.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class JsonSchemaTest {

  private static final JsonMapper JSON = new JsonMapper();

  private static java.util.List<String> check(String schema, String value) {
    return new JsonSchema(
            JSON.readTree(
                "{\"defs\":{\"name\":{\"type\":\"string\"},\"me\":{\"$ref\":\"#/defs/me\"}}}"))
        .check(JSON.readTree(schema), JSON.readTree(value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"object\"}|{}",
        "{\"type\":\"integer\",\"format\":\"int64\"}|9223372036854775807",
        "{\"type\":\"number\"}|1.5",
        "{\"type\":[\"string\",\"null\"]}|null",
        "{\"$ref\":\"#/defs/name\"}|\"x\"",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":1,\"maxItems\":2}|[\"a\"]",
        "{\"enum\":[\"a\",\"b\"]}|\"b\"",
        "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}|1",
        "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}|1",
        "{\"properties\":{\"a\":{}},\"additionalProperties\":false}|{\"a\":1}",
        "{\"additionalProperties\":{\"type\":\"string\"}}|{\"a\":\"b\"}",
        "{\"type\":\"string\",\"format\":\"date-time\"}|\"2026-01-02T03:04:05.123456789Z\"",
        "{\"type\":\"string\",\"contentSchema\":{\"required\":[\"a\"]}}|\"{\\\"a\\\":1}\"",
        "{}|[1,{\"a\":null}]"
      })
  void what_fits_is_right(String schema, String value) {
    assertThat(check(schema, value)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"object\"}|[]|is no",
        "{\"type\":\"integer\"}|1.5|is no",
        "{\"type\":\"integer\",\"format\":\"int64\"}|9223372036854775808|int64",
        "{\"required\":[\"a\"]}|{}|there is no \"a\"",
        "{\"properties\":{\"a\":{\"type\":\"string\"}}}|{\"a\":1}|$.a",
        "{\"properties\":{\"a\":{}},\"additionalProperties\":false}|{\"b\":1}|not described",
        "{\"additionalProperties\":{\"type\":\"string\"}}|{\"a\":1}|$.a",
        "{\"items\":{\"type\":\"string\"}}|[\"a\",1]|$[1]",
        "{\"minItems\":2}|[1]|fewer",
        "{\"maxItems\":1}|[1,2]|more",
        "{\"minimum\":0}|-1|less",
        "{\"enum\":[\"a\"]}|\"b\"|none of",
        "{\"anyOf\":[{\"type\":\"string\"}]}|1|none of 1 schemas fits",
        "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}|1|2 schemas fit",
        "{\"type\":\"string\",\"format\":\"date-time\"}|\"yesterday\"|date-time",
        "{\"contentSchema\":{}}|\"{\"|no JSON",
        "{\"dependentRequired\":{}}|{}|not known here",
        "{\"$ref\":\"#/defs/me\"}|1|nowhere"
      })
  void what_does_not_fit_is_told_with_its_place(String schema, String value, String told) {
    if (told.equals("nowhere")) {
      assertThatThrownBy(() -> check(schema, value)).hasMessageContaining(told);
    } else {
      assertThat(check(schema, value)).anyMatch(error -> error.contains(told));
    }
  }

  @Test
  void a_reference_that_is_not_there_is_an_error() {
    assertThatThrownBy(() -> check("{\"$ref\":\"#/defs/nobody\"}", "1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("#/defs/nobody");
  }
}
