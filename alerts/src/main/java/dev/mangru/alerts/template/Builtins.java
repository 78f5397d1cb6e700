package dev.mangru.alerts.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Go's own functions.
final class Builtins {

  private static final String NO_COMPARISON = "missing argument for comparison";
  private static final String BAD_COMPARISON = "incompatible types for comparison";
  private static final String BAD_COMPARISON_TYPE = "invalid type for comparison";

  private Builtins() {}

  static List<Function> all() {
    return List.of(
        // Evaluated by Calls, which stops at the argument that decides.
        Function.variadic("and", (given, _) -> given.getLast(), GoType.ANY, GoType.ANY),
        Function.variadic("or", (given, _) -> given.getLast(), GoType.ANY, GoType.ANY),
        Function.fixed(
            "not", (given, _) -> new Value.Bool(!Values.truth(given.getFirst())), GoType.ANY),
        Function.variadic("call", (given, _) -> call(given.getFirst()), GoType.ANY, GoType.ANY),
        Function.variadic("html", (given, made) -> html(given, made), GoType.ANY),
        Function.variadic("js", (given, made) -> js(given, made), GoType.ANY),
        Function.variadic("urlquery", (given, made) -> urlQuery(given, made), GoType.ANY),
        Function.variadic("index", (given, _) -> index(given), GoType.ANY, GoType.ANY),
        Function.variadic("slice", (given, _) -> slice(given), GoType.ANY, GoType.ANY),
        Function.fixed("len", (given, _) -> length(given.getFirst()), GoType.ANY),
        Function.variadic(
            "print", (given, made) -> Value.text(GoFormat.print(given, made.text())), GoType.ANY),
        Function.variadic(
            "println",
            (given, made) -> Value.text(GoFormat.println(given, made.text())),
            GoType.ANY),
        Function.variadic(
            "printf",
            (given, made) ->
                Value.text(
                    GoFormat.printf(
                        string(given.getFirst()), given.subList(1, given.size()), made.text())),
            GoType.STRING,
            GoType.ANY),
        Function.variadic("eq", (given, _) -> new Value.Bool(equal(given)), GoType.ANY, GoType.ANY),
        comparison("ne", given -> !equal(given)),
        comparison("lt", Builtins::less),
        comparison("le", given -> less(given) || equal(given)),
        comparison("gt", given -> !less(given) && !equal(given)),
        comparison("ge", given -> !less(given)));
  }

  @FunctionalInterface
  private interface Comparison {
    boolean test(List<Value> pair) throws FunctionFailure;
  }

  private static Function comparison(String name, Comparison comparison) {
    return Function.fixed(
        name, (given, _) -> new Value.Bool(comparison.test(given)), GoType.ANY, GoType.ANY);
  }

  static boolean isLogic(Function function) {
    return function.name().equals("and") || function.name().equals("or");
  }

  static boolean isCall(Function function) {
    return function.name().equals("call");
  }

  static String string(Value value) {
    return value instanceof Value.Text text ? text.value() : "";
  }

  private static Value call(Value function) throws FunctionFailure {
    throw new FunctionFailure(
        Values.isValid(function) ? "non-function {} of type " + function.type() : "call of nil");
  }

  // Escaping.

  private static String printed(List<Value> given, Function.Invocation made) {
    List<Value> printable =
        given.stream()
            .map(
                value -> value == Value.Nil.NIL ? Value.text("<no value>") : Values.indirect(value))
            .toList();
    return GoFormat.print(printable, made.text());
  }

  private static Value html(List<Value> given, Function.Invocation made) {
    return Value.text(HtmlEscapes.text(printed(given, made), made.text()));
  }

  private static Value js(List<Value> given, Function.Invocation made) {
    String text = printed(given, made);
    BoundedText out = made.text();
    for (int i = 0; i < text.length(); ) {
      int rune = text.codePointAt(i);
      i += Character.charCount(rune);
      switch (rune) {
        case '\\' -> out.append("\\\\");
        case '\'' -> out.append("\\'");
        case '"' -> out.append("\\\"");
        case '<' -> out.append("\\u003C");
        case '>' -> out.append("\\u003E");
        case '&' -> out.append("\\u0026");
        case '=' -> out.append("\\u003D");
        default -> {
          if (rune < ' ' || (rune >= 0x80 && !GoStrings.isPrint(rune))) {
            out.append("\\u").append("%04X".formatted(rune));
          } else {
            out.appendCodePoint(rune);
          }
        }
      }
    }
    return Value.text(out.toString());
  }

  private static Value urlQuery(List<Value> given, Function.Invocation made) {
    return Value.text(queryEscape(printed(given, made)));
  }

  /// Go's `url.QueryEscape`.
  static String queryEscape(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A").replace("%7E", "~");
  }

  // Lists and maps.

  private static Value index(List<Value> given) throws FunctionFailure {
    Value value = given.getFirst();
    if (!Values.isValid(value)) {
      throw new FunctionFailure("index of untyped nil");
    }
    for (Value index : given.subList(1, given.size())) {
      value = Values.indirect(value);
      value =
          switch (value) {
            case Value.Items items -> {
              int place = place(index, items.values().size());
              if (place == items.values().size()) {
                throw new FunctionFailure("reflect: slice index out of range");
              }
              yield items.values().get(place);
            }
            case Value.Text text -> {
              byte[] bytes = GoStrings.bytes(text.value());
              int place = place(index, bytes.length);
              if (place == bytes.length) {
                throw new FunctionFailure("reflect: string index out of range");
              }
              yield new Value.Int(bytes[place] & 0xff, BYTE);
            }
            case Value.Mapping mapping -> {
              Value found = mapping.entries().get(key(index));
              GoType element = mapping.type().element();
              yield found != null ? found : element == null ? Value.Nil.NIL : element.zero();
            }
            case Value.Nil _ -> throw new FunctionFailure("index of nil pointer");
            case Value.Bool _,
                Value.Int _,
                Value.Real _,
                Value.Complex _,
                Value.Struct _,
                Value.Time _,
                Value.IntPointer _ ->
                throw new FunctionFailure("can't index item of type " + value.type());
          };
    }
    return value;
  }

  private static final GoType BYTE = GoType.named("uint8", GoType.Kind.UINT, Map.of());

  private static String key(Value index) throws FunctionFailure {
    if (!Values.isValid(index)) {
      throw new FunctionFailure("value is nil; should be of type string");
    }
    if (index instanceof Value.Text text && text.type().assignableTo(GoType.STRING)) {
      return text.value();
    }
    throw new FunctionFailure("value has type " + index.type() + "; should be string");
  }

  /// A place from 0 to `size`, both included, as Go has it.
  private static int place(Value index, int size) throws FunctionFailure {
    return switch (index) {
      case Value.Int(long place, GoType _) -> {
        if (place < 0 || place > size) {
          throw new FunctionFailure("index out of range: " + place);
        }
        yield (int) place;
      }
      case Value.Nil _ -> throw new FunctionFailure("cannot index slice/array with nil");
      case Value.Bool _,
          Value.Real _,
          Value.Complex _,
          Value.Text _,
          Value.Items _,
          Value.Mapping _,
          Value.Struct _,
          Value.Time _,
          Value.IntPointer _ ->
          throw new FunctionFailure("cannot index slice/array with type " + index.type());
    };
  }

  private static Value slice(List<Value> given) throws FunctionFailure {
    Value value = given.getFirst();
    List<Value> indexes = given.subList(1, given.size());
    if (!Values.isValid(value)) {
      throw new FunctionFailure("slice of untyped nil");
    }
    if (indexes.size() > 3) {
      throw new FunctionFailure("too many slice indexes: " + indexes.size());
    }
    return switch (value) {
      case Value.Text text -> {
        if (indexes.size() == 3) {
          throw new FunctionFailure("cannot 3-index slice a string");
        }
        byte[] bytes = GoStrings.bytes(text.value());
        int[] range = range(indexes, bytes.length);
        yield new Value.Text(
            GoStrings.text(Arrays.copyOfRange(bytes, range[0], range[1])), text.type());
      }
      case Value.Items items -> {
        int[] range = range(indexes, items.values().size());
        yield new Value.Items(items.values().subList(range[0], range[1]), items.type());
      }
      case Value.Nil _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Complex _,
          Value.Mapping _,
          Value.Struct _,
          Value.Time _,
          Value.IntPointer _ ->
          throw new FunctionFailure("can't slice item of type " + value.type());
    };
  }

  private static int[] range(List<Value> indexes, int size) throws FunctionFailure {
    int[] range = {0, size, size};
    for (int i = 0; i < indexes.size(); i++) {
      range[i] = place(indexes.get(i), size);
    }
    if (range[0] > range[1]) {
      throw new FunctionFailure("invalid slice index: " + range[0] + " > " + range[1]);
    }
    if (range[1] > range[2]) {
      throw new FunctionFailure("invalid slice index: " + range[1] + " > " + range[2]);
    }
    return range;
  }

  private static Value length(Value value) throws FunctionFailure {
    long length =
        switch (value) {
          case Value.Text text -> GoStrings.utf8Length(text.value());
          case Value.Items items -> items.values().size();
          case Value.Mapping mapping -> mapping.entries().size();
          case Value.Nil _ ->
              throw new FunctionFailure("reflect: call of reflect.Value.Type on zero Value");
          case Value.Bool _,
              Value.Int _,
              Value.Real _,
              Value.Complex _,
              Value.Struct _,
              Value.Time _,
              Value.IntPointer _ ->
              throw new FunctionFailure("len of type " + value.type().indirect());
        };
    return new Value.Int(length, GoType.INT);
  }

  // Comparison.

  private static boolean equal(List<Value> given) throws FunctionFailure {
    if (given.size() < 2) {
      throw new FunctionFailure(NO_COMPARISON);
    }
    Value first = given.getFirst();
    for (Value other : given.subList(1, given.size())) {
      if (equal(first, other)) {
        return true;
      }
    }
    return false;
  }

  private static boolean equal(Value a, Value b) throws FunctionFailure {
    if (!Values.isValid(a) || !Values.isValid(b)) {
      return Values.isValid(a) == Values.isValid(b);
    }
    return switch (a) {
      case Value.Bool x when b instanceof Value.Bool y -> x.value() == y.value();
      case Value.Int x when b instanceof Value.Int y -> x.value() == y.value();
      case Value.Real x when b instanceof Value.Real y -> x.value() == y.value();
      case Value.Complex x when b instanceof Value.Complex y ->
          x.real() == y.real() && x.imaginary() == y.imaginary();
      case Value.Text x when b instanceof Value.Text y -> x.value().equals(y.value());
      case Value.Time x when b instanceof Value.Time y -> x.at().equals(y.at());
      default -> {
        if (isBasic(a) || isBasic(b)) {
          throw incompatible(a, b);
        }
        BoundedText out = new BoundedText(1 << 16);
        throw new FunctionFailure(
            "non-comparable type " + GoFormat.print(List.of(a), out) + ": " + a.type());
      }
    };
  }

  private static FunctionFailure incompatible(Value a, Value b) {
    return new FunctionFailure(BAD_COMPARISON + ": " + a.type() + " and " + b.type());
  }

  private static boolean isBasic(Value value) {
    return switch (value.type().kind()) {
      case BOOL, INT, UINT, FLOAT, COMPLEX, STRING -> true;
      case INVALID, LIST, MAP, STRUCT, POINTER, ANY -> false;
    };
  }

  private static boolean less(List<Value> given) throws FunctionFailure {
    Value a = given.getFirst();
    Value b = given.getLast();
    if (!isBasic(a) || !isBasic(b)) {
      throw new FunctionFailure(BAD_COMPARISON_TYPE);
    }
    return switch (a) {
      case Value.Int x when b instanceof Value.Int y -> x.value() < y.value();
      case Value.Real x when b instanceof Value.Real y -> x.value() < y.value();
      case Value.Text x when b instanceof Value.Text y ->
          Values.BY_BYTES.compare(x.value(), y.value()) < 0;
      case Value.Bool _ when b instanceof Value.Bool ->
          throw new FunctionFailure(BAD_COMPARISON_TYPE);
      case Value.Complex _ when b instanceof Value.Complex ->
          throw new FunctionFailure(BAD_COMPARISON_TYPE);
      default -> throw incompatible(a, b);
    };
  }
}
