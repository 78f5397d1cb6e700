package dev.mangru.autoscaler.playground.api;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.wire.ProtobufReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/// Reads `application/vnd.kubernetes.protobuf`, in which Go clients send the built-in kinds: four
/// bytes `k8s\0`, then an `Unknown` message that says the kind and holds the object (apimachinery
/// `serializer/protobuf`). Answers are JSON always, which those clients accept.
///
/// Which number is which field is in `protobuf-fields.txt`. Proto cannot tell a field that is zero
/// from one that was left out where Go has no pointer; such fields are left out when zero.
final class KubeProtobuf {

  private static final byte[] MAGIC = {'k', '8', 's', 0};

  /// The end of the year 9999, the last that RFC 3339 can write.
  private static final long LAST_SECOND = 253_402_300_799L;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// One field of a message.
  ///
  /// @param type a letter, `@` with a special type, or the name of a message
  private record Field(String name, String type, boolean list, boolean map, boolean inline) {}

  private static final Map<String, Map<Integer, Field>> MESSAGES = messages();

  private KubeProtobuf() {}

  private static Map<String, Map<Integer, Field>> messages() {
    try (InputStream in = KubeProtobuf.class.getResourceAsStream("protobuf-fields.txt")) {
      if (in == null) {
        throw new MangruException(
            ErrorCode.INTERNAL, "protobuf-fields.txt is missing from the autoscaler's jar");
      }
      Map<String, Map<Integer, Field>> all = new HashMap<>();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> {
            int equals = line.indexOf('=');
            all.put(line.substring(0, equals), fields(line.substring(equals + 1)));
          });
      return Map.copyOf(all);
    } catch (IOException e) {
      throw new MangruException(ErrorCode.INTERNAL, "cannot read protobuf-fields.txt", e);
    }
  }

  private static Map<Integer, Field> fields(String text) {
    Map<Integer, Field> fields = new HashMap<>();
    if (text.isEmpty()) {
      return fields;
    }
    for (String part : text.split(" ", -1)) {
      String[] three = part.split(":", 3);
      char mark = three[2].charAt(0);
      boolean marked = mark == '*' || mark == '%' || mark == '^';
      fields.put(
          Integer.parseInt(three[0]),
          new Field(
              three[1],
              marked ? three[2].substring(1) : three[2],
              mark == '*',
              mark == '%',
              mark == '^'));
    }
    return fields;
  }

  /// Reads one object.
  ///
  /// @throws KubeApiException 400 if the bytes are not such a message, 415 for a kind that is not
  ///   known here
  static ObjectNode object(byte[] body) {
    try {
      return unwrap(body);
    } catch (MangruException e) {
      throw KubeApiException.badRequest(
          "the body of the request is not Kubernetes protobuf: " + e.text());
    }
  }

  private static ObjectNode unwrap(byte[] body) {
    if (body.length < MAGIC.length || !startsWithMagic(body)) {
      throw KubeApiException.badRequest(
          "the body of the request is not Kubernetes protobuf: it does not begin with \"k8s\\0\"");
    }
    ProtobufReader unknown = new ProtobufReader(body, MAGIC.length, body.length - MAGIC.length);
    String apiVersion = "";
    String kind = "";
    byte[] raw = new byte[0];
    while (unknown.nextField()) {
      switch (unknown.field()) {
        case 1 -> {
          ProtobufReader type = unknown.readMessage();
          while (type.nextField()) {
            switch (type.field()) {
              case 1 -> apiVersion = type.readString();
              case 2 -> kind = type.readString();
              default -> type.skip();
            }
          }
        }
        case 2 -> raw = unknown.readBytes();
        default -> unknown.skip();
      }
    }
    String message = messageOf(apiVersion, kind);
    if (!MESSAGES.containsKey(message)) {
      throw KubeApiException.unsupportedMediaType(
          "%s of %s cannot be read as protobuf here; send it as application/json"
              .formatted(kind, apiVersion));
    }
    ObjectNode object = JSON.objectNode();
    object.put("apiVersion", apiVersion).put("kind", kind);
    read(new ProtobufReader(raw), message, object);
    return object;
  }

  private static boolean startsWithMagic(byte[] body) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (body[i] != MAGIC[i]) {
        return false;
      }
    }
    return true;
  }

  /// `core.v1.Pod`, `events.v1.Event`, `apps.v1.Deployment`.
  private static String messageOf(String apiVersion, String kind) {
    if (kind.equals("DeleteOptions")) {
      return "meta.DeleteOptions"; // every group has it
    }
    int slash = apiVersion.indexOf('/');
    if (slash < 0) {
      return "core." + apiVersion + "." + kind;
    }
    String group = apiVersion.substring(0, slash);
    int dot = group.indexOf('.');
    return (dot < 0 ? group : group.substring(0, dot))
        + "."
        + apiVersion.substring(slash + 1)
        + "."
        + kind;
  }

  private static void read(ProtobufReader reader, String message, ObjectNode into) {
    Map<Integer, Field> fields = MESSAGES.getOrDefault(message, Map.of());
    while (reader.nextField()) {
      Field field = fields.get(reader.field());
      if (field == null) {
        reader.skip();
      } else if (field.inline()) {
        read(reader.readMessage(), field.type(), into);
      } else if (field.map()) {
        ObjectNode map =
            into.get(field.name()) instanceof ObjectNode present
                ? present
                : into.putObject(field.name());
        entry(reader.readMessage(), field.type(), map);
      } else {
        JsonNode value = value(reader, field.type(), field.list());
        if (value != null && field.list()) {
          ArrayNode list =
              into.get(field.name()) instanceof ArrayNode present
                  ? present
                  : into.putArray(field.name());
          list.add(value);
        } else if (value != null) {
          into.set(field.name(), value);
        }
      }
    }
  }

  private static void entry(ProtobufReader entry, String type, ObjectNode into) {
    String key = "";
    JsonNode value = null;
    while (entry.nextField()) {
      switch (entry.field()) {
        case 1 -> key = entry.readString();
        case 2 -> value = value(entry, type, true);
        default -> entry.skip();
      }
    }
    into.set(key, value == null ? StringNode.valueOf("") : value);
  }

  /// The current field; null if JSON leaves it out.
  ///
  /// @param always keep what is empty or zero, as in a list
  private static @Nullable JsonNode value(ProtobufReader reader, String type, boolean always) {
    return switch (type) {
      case "s" -> {
        String text = reader.readString();
        yield text.isEmpty() && !always ? null : JSON.stringNode(text);
      }
      case "y" -> JSON.stringNode(Base64.getEncoder().encodeToString(reader.readBytes()));
      case "f" -> JSON.numberNode(reader.readDouble());
      case "i", "I" -> {
        long number = reader.readVarint();
        yield number == 0 && type.equals("i") && !always ? null : JSON.numberNode(number);
      }
      case "b", "B" -> {
        boolean flag = reader.readVarint() != 0;
        yield !flag && type.equals("b") && !always ? null : JSON.booleanNode(flag);
      }
      case "@time", "@micro" -> time(reader.readMessage(), type.equals("@micro"));
      case "@quantity" -> JSON.stringNode(text(reader.readMessage()));
      case "@intstr" -> intOrString(reader.readMessage());
      case "@json" -> raw(reader.readMessage());
      case String message -> {
        ObjectNode object = JSON.objectNode();
        read(reader.readMessage(), message, object);
        yield object;
      }
    };
  }

  private static @Nullable JsonNode time(ProtobufReader time, boolean micro) {
    long seconds = 0;
    long nanos = 0;
    while (time.nextField()) {
      switch (time.field()) {
        case 1 -> seconds = time.readVarint();
        case 2 -> nanos = time.readVarint();
        default -> time.skip();
      }
    }
    if (seconds == 0 && nanos == 0) {
      return null;
    }
    if (seconds < 0 || seconds > LAST_SECOND || nanos < 0 || nanos > 999_999_999) {
      throw MangruException.badData("a time of " + seconds + " s and " + nanos + " ns");
    }
    String text = Instant.ofEpochSecond(seconds).toString();
    return JSON.stringNode(
        micro ? text.substring(0, text.length() - 1) + ".%06dZ".formatted(nanos / 1000) : text);
  }

  /// Field 1 as text.
  private static String text(ProtobufReader message) {
    String text = "";
    while (message.nextField()) {
      if (message.field() == 1) {
        text = message.readString();
      } else {
        message.skip();
      }
    }
    return text;
  }

  private static JsonNode intOrString(ProtobufReader message) {
    long type = 0;
    long number = 0;
    String text = "";
    while (message.nextField()) {
      switch (message.field()) {
        case 1 -> type = message.readVarint();
        case 2 -> number = message.readVarint();
        case 3 -> text = message.readString();
        default -> message.skip();
      }
    }
    return type == 0 ? JSON.numberNode(number) : JSON.stringNode(text);
  }

  /// Field 1 as bytes of JSON.
  private static @Nullable JsonNode raw(ProtobufReader message) {
    byte[] bytes = new byte[0];
    while (message.nextField()) {
      if (message.field() == 1) {
        bytes = message.readBytes();
      } else {
        message.skip();
      }
    }
    return bytes.length == 0 ? null : JsonBodies.json(bytes);
  }
}
