package dev.mangru.alerts.template;

import java.time.ZonedDateTime;
import java.util.Iterator;
import java.util.Map;

/// Go's `json.Marshal` of what templates can see. Confined to one call.
final class GoJson {

  private static final String TIME_LAYOUT = "2006-01-02T15:04:05.999999999Z07:00";

  /// Fields whose JSON name is not theirs with a small first letter.
  private static final Map<String, String> NAMES =
      Map.of("NotificationReason", "notification_reason");

  private static final int MAX_DEPTH = 1_000;

  private final BoundedText out;

  private GoJson(BoundedText out) {
    this.out = out;
  }

  static String of(Value value, BoundedText out) throws FunctionFailure {
    new GoJson(out).write(value, 0);
    return out.toString();
  }

  private void write(Value value, int depth) throws FunctionFailure {
    if (depth > MAX_DEPTH) {
      throw new FunctionFailure("json: more than " + MAX_DEPTH + " lists inside one another");
    }
    switch (value) {
      case Value.Nil _ -> out.append("null");
      case Value.Bool bool -> out.append(Boolean.toString(bool.value()));
      case Value.Int integer -> out.append(Long.toString(integer.value()));
      case Value.IntPointer pointer -> out.append(Long.toString(pointer.value()));
      case Value.Real real -> number(real.value());
      case Value.Complex _ -> throw new FunctionFailure("json: unsupported type: complex128");
      case Value.Text text -> string(text.value());
      case Value.Time time -> time(time.at());
      case Value.Items items -> {
        out.append('[');
        Iterator<Value> each = items.values().iterator();
        while (each.hasNext()) {
          write(each.next(), depth + 1);
          if (each.hasNext()) {
            out.append(',');
          }
        }
        out.append(']');
      }
      case Value.Mapping mapping -> object(mapping.entries(), false, depth);
      case Value.Struct struct ->
          object(struct.fields(), !struct.type().indirect().equals(NotificationData.PAIR), depth);
    }
  }

  private void object(Map<String, Value> entries, boolean rename, int depth)
      throws FunctionFailure {
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, Value> entry : entries.entrySet()) {
      if (!first) {
        out.append(',');
      }
      first = false;
      string(rename ? name(entry.getKey()) : entry.getKey());
      out.append(':');
      write(entry.getValue(), depth + 1);
    }
    out.append('}');
  }

  private static String name(String field) {
    return NAMES.getOrDefault(field, Character.toLowerCase(field.charAt(0)) + field.substring(1));
  }

  private void time(ZonedDateTime at) throws FunctionFailure {
    if (at.getYear() < 0 || at.getYear() > 9999) {
      throw new FunctionFailure(
          "json: error calling MarshalJSON for type time.Time: year outside of range [0,9999]");
    }
    string(GoTimeFormat.format(at, TIME_LAYOUT));
  }

  private void number(double value) throws FunctionFailure {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new FunctionFailure("json: unsupported value: " + GoFloats.shortest(value));
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-6 || size >= 1e21)) {
      out.append(GoFloats.format(value, 'e', -1).replace("e-0", "e-"));
    } else {
      out.append(GoFloats.format(value, 'f', -1));
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); ) {
      int rune = text.codePointAt(i);
      boolean raw = GoStrings.isRawByte(text, i);
      i += Character.charCount(rune);
      switch (rune) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          boolean escape =
              rune < ' '
                  || rune == '<'
                  || rune == '>'
                  || rune == '&'
                  || rune == 0x2028
                  || rune == 0x2029;
          if (raw) {
            out.append("\\ufffd");
          } else if (escape) {
            out.append("\\u").append("%04x".formatted(rune));
          } else {
            out.appendCodePoint(rune);
          }
        }
      }
    }
    out.append('"');
  }
}
