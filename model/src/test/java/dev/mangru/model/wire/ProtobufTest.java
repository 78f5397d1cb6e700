package dev.mangru.model.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import org.junit.jupiter.api.Test;

class ProtobufTest {

  @Test
  void what_is_written_is_read_back() {
    byte[] bytes =
        new ProtobufWriter()
            .varint(1, -1)
            .zigZag(2, -150)
            .doubleField(3, Math.PI)
            .string(4, "망루")
            .message(5, inner -> inner.string(1, "x".repeat(300)))
            .toByteArray();
    ProtobufReader reader = new ProtobufReader(bytes);
    assertThat(reader.nextField()).isTrue();
    assertThat(reader.readVarint()).isEqualTo(-1);
    assertThat(reader.nextField()).isTrue();
    assertThat(reader.readZigZag()).isEqualTo(-150);
    assertThat(reader.nextField()).isTrue();
    assertThat(reader.readDouble()).isEqualTo(Math.PI);
    assertThat(reader.nextField()).isTrue();
    assertThat(reader.readString()).isEqualTo("망루");
    assertThat(reader.nextField()).isTrue();
    ProtobufReader inner = reader.readMessage();
    assertThat(inner.nextField()).isTrue();
    assertThat(inner.readString()).hasSize(300);
    assertThat(reader.nextField()).isFalse();
  }

  @Test
  void a_length_beyond_the_end_is_named_with_its_offset() {
    ProtobufReader reader = new ProtobufReader(new byte[] {0x0a, 0x7f, 1});
    reader.nextField();
    assertThatThrownBy(reader::readString)
        .isInstanceOf(MangruException.class)
        .hasMessage("malformed protobuf at byte 2: a length of 127 with 1 bytes left");
  }

  @Test
  void text_that_is_not_utf8_is_refused() {
    ProtobufReader reader = new ProtobufReader(new byte[] {0x0a, 1, (byte) 0xff});
    reader.nextField();
    assertThatThrownBy(reader::readString).hasMessageContaining("not UTF-8");
  }

  @Test
  void a_field_passed_over_ends_where_its_length_says() {
    byte[] bytes =
        new ProtobufWriter()
            .string(1, "x".repeat(200))
            .varint(2, 300)
            .doubleField(3, 1)
            .string(4, "after")
            .toByteArray();
    ProtobufReader reader = new ProtobufReader(bytes);
    for (int field = 1; field <= 3; field++) {
      assertThat(reader.nextField()).isTrue();
      reader.skip();
    }
    ProtobufReader second = reader.fork();
    assertThat(reader.nextField()).isTrue();
    assertThat(reader.readString()).isEqualTo("after");
    assertThat(second.nextField()).isTrue();
    assertThat(second.readString()).isEqualTo("after");
  }
}
