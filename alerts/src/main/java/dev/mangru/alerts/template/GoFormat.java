package dev.mangru.alerts.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Go's `fmt.Sprint`, `Sprintln` and `Sprintf`, including the texts that stand for mistakes, such
/// as `%!d(string=hi)`. Confined to one call.
///
/// One thing differs: a pointer inside of a list or map prints as what it points to with `&` in
/// front, not as an address, which would tell nothing and differ each time.
final class GoFormat {

  /// Go's limit of a width or precision.
  private static final int TOO_LARGE = 1_000_000;

  /// Lists and maps inside one another that are written out.
  private static final int MAX_DEPTH = 100;

  private static final GoType UINT64 = GoType.named("uint64", GoType.Kind.UINT, Map.of());

  private final BoundedText out;

  private boolean minus;
  private boolean plus;
  private boolean sharp;
  private boolean plusV;
  private boolean sharpV;
  private boolean space;
  private boolean zero;
  private int width;
  private int precision;
  private boolean erroring;

  private GoFormat(BoundedText out) {
    this.out = out;
    clearFlags();
  }

  private void clearFlags() {
    minus = false;
    plus = false;
    sharp = false;
    plusV = false;
    sharpV = false;
    space = false;
    zero = false;
    width = -1;
    precision = -1;
  }

  /// `fmt.Sprint`: spaces between operands when neither is a string.
  static String print(List<Value> arguments, BoundedText out) {
    GoFormat format = new GoFormat(out);
    boolean stringBefore = false;
    for (int i = 0; i < arguments.size(); i++) {
      Value argument = arguments.get(i);
      boolean isString = argument instanceof Value.Text;
      if (i > 0 && !isString && !stringBefore) {
        out.append(' ');
      }
      format.value(argument, 'v', 0);
      stringBefore = isString;
    }
    return out.toString();
  }

  /// `fmt.Sprintln`: spaces between all operands and a line feed.
  static String println(List<Value> arguments, BoundedText out) {
    GoFormat format = new GoFormat(out);
    for (int i = 0; i < arguments.size(); i++) {
      if (i > 0) {
        out.append(' ');
      }
      format.value(arguments.get(i), 'v', 0);
    }
    return out.append('\n').toString();
  }

  /// `fmt.Sprintf`.
  static String printf(String pattern, List<Value> arguments, BoundedText out) {
    new GoFormat(out).run(pattern, arguments);
    return out.toString();
  }

  // The pattern.

  private String pattern = "";
  private List<Value> arguments = List.of();
  private int at;
  private int argument;
  private boolean reordered;
  private boolean goodIndex;
  private boolean afterIndex;

  private void run(String text, List<Value> values) {
    pattern = text;
    arguments = values;
    boolean everReordered = false;
    while (at < pattern.length()) {
      int percent = pattern.indexOf('%', at);
      int end = percent < 0 ? pattern.length() : percent;
      out.append(pattern, at, end);
      at = end + 1;
      if (percent < 0) {
        break;
      }
      reordered = false;
      directive();
      everReordered |= reordered;
    }
    if (!everReordered && argument < arguments.size()) {
      extra();
    }
  }

  private void extra() {
    clearFlags();
    out.append("%!(EXTRA ");
    for (int i = argument; i < arguments.size(); i++) {
      if (i > argument) {
        out.append(", ");
      }
      Value value = arguments.get(i);
      if (value == Value.Nil.NIL) {
        out.append("<nil>");
      } else {
        out.append(value.type().name()).append('=');
        value(value, 'v', 0);
      }
    }
    out.append(')');
  }

  private void directive() {
    clearFlags();
    flags();
    afterIndex = false;
    goodIndex = true;
    index();
    if (peek() == '*') {
      at++;
      width = fromArgument();
      if (width < 0 && width != Integer.MIN_VALUE) {
        width = -width;
        minus = true;
        zero = false;
      }
      if (width == Integer.MIN_VALUE) {
        out.append("%!(BADWIDTH)");
        width = -1;
      }
      afterIndex = false;
    } else {
      width = number();
      if (afterIndex && width >= 0) {
        goodIndex = false;
      }
    }
    if (peek() == '.') {
      precision();
    }
    if (!afterIndex) {
      index();
    }
    verb();
  }

  private void flags() {
    while (at < pattern.length()) {
      switch (pattern.charAt(at)) {
        case '#' -> sharp = true;
        case '0' -> zero = true;
        case '+' -> plus = true;
        case '-' -> minus = true;
        case ' ' -> space = true;
        default -> {
          return;
        }
      }
      at++;
    }
  }

  private void precision() {
    at++;
    if (afterIndex) {
      goodIndex = false;
    }
    index();
    if (peek() == '*') {
      at++;
      precision = fromArgument();
      if (precision < 0) {
        if (precision == Integer.MIN_VALUE) {
          out.append("%!(BADPREC)");
        }
        precision = -1;
      }
      afterIndex = false;
    } else {
      precision = Math.max(number(), 0);
    }
  }

  private void verb() {
    if (at >= pattern.length()) {
      out.append("%!(NOVERB)");
      return;
    }
    int verb = pattern.codePointAt(at);
    at += Character.charCount(verb);
    if (verb == '%') {
      out.append('%');
    } else if (!goodIndex) {
      out.append("%!").appendCodePoint(verb).append("(BADINDEX)");
    } else if (argument >= arguments.size()) {
      out.append("%!").appendCodePoint(verb).append("(MISSING)");
    } else {
      if (verb == 'v') {
        // These two say how to write the whole, not its numbers.
        plusV = plus;
        sharpV = sharp;
        plus = false;
        sharp = false;
      }
      value(arguments.get(argument++), verb, 0);
    }
  }

  private int peek() {
    return at < pattern.length() ? pattern.charAt(at) : -1;
  }

  /// Digits at the current place, or -1.
  private int number() {
    int start = at;
    int value = 0;
    while (at < pattern.length() && pattern.charAt(at) >= '0' && pattern.charAt(at) <= '9') {
      if (value > TOO_LARGE) {
        at = pattern.length(); // Go gives up on the rest, too.
        return -1;
      }
      value = value * 10 + pattern.charAt(at) - '0';
      at++;
    }
    return at == start ? -1 : value;
  }

  /// The next argument as a width; the smallest integer if it is none.
  private int fromArgument() {
    if (argument < arguments.size()
        && arguments.get(argument++) instanceof Value.Int(long value, GoType _)
        && Math.abs(value) <= TOO_LARGE) {
      return (int) value;
    }
    return Integer.MIN_VALUE;
  }

  /// `[3]`.
  private void index() {
    if (peek() != '[') {
      return;
    }
    reordered = true;
    afterIndex = true;
    int close = pattern.indexOf(']', at);
    if (close < 0) {
      at++;
      goodIndex = false;
      return;
    }
    String digits = pattern.substring(at + 1, close);
    at = close + 1;
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() < 8
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    int wanted = isNumber ? Integer.parseInt(digits) - 1 : -1;
    if (wanted < 0 || wanted >= arguments.size()) {
      goodIndex = false;
    } else {
      argument = wanted;
    }
  }

  // Values.

  private void value(Value value, int verb, int depth) {
    if (verb == 'T') {
      string(value == Value.Nil.NIL ? "<nil>" : value.type().name(), 's');
      return;
    }
    if (value == Value.Nil.NIL) {
      if (verb == 'v') {
        pad("<nil>");
      } else {
        out.append("%!").appendCodePoint(verb).append("(<nil>)");
      }
      return;
    }
    if (depth > MAX_DEPTH) {
      out.append("…");
      return;
    }
    GoType.Method stringer = value.type().methods().get("String");
    if (!erroring
        && stringer != null
        && stringer.parameters().isEmpty()
        && !sharpV
        && "vsxXq".indexOf(verb) >= 0) {
      String text = stringOf(value, stringer);
      string(text, verb == 'v' ? 's' : verb);
      return;
    }
    switch (value) {
      case Value.Nil _ -> {}
      case Value.Bool bool -> bool(bool, verb);
      case Value.Int integer -> integer(integer, verb);
      case Value.IntPointer pointer ->
          integer(new Value.Int(pointer.value(), pointer.type().indirect()), verb);
      case Value.Real real -> real(real.value(), verb, value);
      case Value.Complex complex -> complex(complex, verb);
      case Value.Text text -> text(text, verb);
      case Value.Items items -> items(items, verb, depth);
      case Value.Mapping mapping -> mapping(mapping, verb, depth);
      case Value.Struct struct -> struct(struct, verb, depth);
      case Value.Time time -> time(time, verb, depth);
    }
  }

  /// What Go's time consists of: nanoseconds, seconds since the year 1, and a zone, `nil` for UTC.
  private void time(Value.Time time, int verb, int depth) {
    long seconds = time.at().toEpochSecond() - GoTimes.ZERO.toEpochSecond();
    out.append('{');
    value(new Value.Int(time.at().getNano(), UINT64), verb, depth + 1);
    out.append(' ');
    value(new Value.Int(seconds, GoType.INT64), verb, depth + 1);
    out.append(' ');
    if ("bodxX".indexOf(verb) >= 0) {
      value(new Value.Int(0, UINT64), verb, depth + 1);
    } else if (verb == 'v') {
      pad("<nil>");
    } else {
      out.append("%!").appendCodePoint(verb).append("(*time.Location=");
      pad("<nil>");
      out.append(')');
    }
    out.append('}');
  }

  private static String stringOf(Value value, GoType.Method stringer) {
    try {
      return stringer.body().call(value, List.of()) instanceof Value.Text text ? text.value() : "";
    } catch (FunctionFailure e) {
      return "%!v(PANIC=String method: " + e.text() + ")";
    }
  }

  private void bad(int verb, Value value) {
    out.append("%!").appendCodePoint(verb).append('(').append(value.type().name()).append('=');
    // Go prints the value with the flags of the verb that failed, but asks no method.
    boolean before = erroring;
    erroring = true;
    value(value, 'v', 1);
    erroring = before;
    out.append(')');
  }

  private void bool(Value.Bool bool, int verb) {
    if (verb == 't' || verb == 'v') {
      pad(Boolean.toString(bool.value()));
    } else {
      bad(verb, bool);
    }
  }

  private void integer(Value.Int integer, int verb) {
    long value = integer.value();
    switch (verb) {
      case 'v', 'd' -> digits(value, 10, "", false);
      case 'b' -> digits(value, 2, sharp ? "0b" : "", false);
      case 'o' -> digits(value, 8, sharp ? "0" : "", false);
      case 'O' -> digits(value, 8, "0o", false);
      case 'x' -> digits(value, 16, sharp ? "0x" : "", false);
      case 'X' -> digits(value, 16, sharp ? "0X" : "", true);
      case 'c' -> pad(Character.toString(rune(value)));
      case 'q' -> pad(GoStrings.quote(Character.toString(rune(value)), '\'', plus));
      case 'U' -> {
        String code = "U+" + "%04X".formatted(value);
        pad(
            sharp && GoStrings.isPrint(rune(value))
                ? code + " '" + Character.toString(rune(value)) + "'"
                : code);
      }
      default -> bad(verb, integer);
    }
  }

  private static int rune(long value) {
    boolean valid =
        value >= 0 && value <= Character.MAX_CODE_POINT && (value < 0xD800 || value > 0xDFFF);
    return valid ? (int) value : 0xFFFD;
  }

  private void digits(long value, int radix, String prefix, boolean upper) {
    String digits =
        value == Long.MIN_VALUE
            ? Long.toString(value, radix).substring(1)
            : Long.toString(Math.abs(value), radix);
    String sign = value < 0 ? "-" : plus ? "+" : space ? " " : "";
    int least = precision;
    boolean before = zero;
    if (precision == 0 && value == 0) {
      zero = false;
      pad("");
      zero = before;
      return;
    }
    if (precision < 0 && zero && !minus && width > 0) {
      least = width - sign.length();
    }
    if (digits.length() < least) {
      room(least);
      digits = "0".repeat(least - digits.length()) + digits;
    }
    zero = false; // A number is filled with zeros above, behind its sign, or not at all.
    pad(sign + prefix + (upper ? digits.toUpperCase(Locale.ROOT) : digits));
    zero = before;
  }

  /// Makes sure that what follows is no larger than the output may be.
  private void room(int more) {
    if (more > TOO_LARGE) {
      throw new BoundedText.Overflow(TOO_LARGE);
    }
  }

  private void real(double value, int verb, Value original) {
    switch (verb) {
      case 'v' -> number(value, 'g', -1);
      case 'g', 'G' -> number(value, (char) verb, -1);
      case 'e', 'E', 'f' -> number(value, (char) verb, 6);
      case 'F' -> number(value, 'f', 6);
      case 'x', 'X', 'b' -> number(value, (char) verb, -1);
      default -> bad(verb, original);
    }
  }

  private void number(double value, char verb, int defaultPrecision) {
    room(precision);
    int digits = precision >= 0 ? precision : defaultPrecision;
    String text =
        switch (verb) {
          case 'x' -> GoFloats.hex(value, digits);
          case 'X' -> PrometheusFunctions.upper(GoFloats.hex(value, digits));
          case 'b' -> GoFloats.binary(value);
          default -> GoFloats.format(value, verb, digits);
        };
    char first = text.charAt(0);
    String sign = "";
    if (first == '-' || first == '+') {
      sign = String.valueOf(first);
      text = text.substring(1);
    }
    boolean finite = !Double.isNaN(value) && !Double.isInfinite(value);
    if (!sign.equals("-")) {
      sign = plus ? "+" : space ? " " : Double.isInfinite(value) ? "+" : "";
    }
    if (sharp && finite && verb != 'b') {
      text = sharp(text, verb, digits);
    }
    if (zero && !minus && finite && width > sign.length() + text.length()) {
      room(width);
      text = "0".repeat(width - sign.length() - text.length()) + text;
    }
    pad(sign + text);
  }

  /// `%#g` keeps zeros at the end; every `#` keeps the point.
  private static String sharp(String text, char verb, int digits) {
    int exponentAt = Math.max(text.indexOf('e'), text.indexOf('E'));
    String mantissa = exponentAt < 0 ? text : text.substring(0, exponentAt);
    String exponent = exponentAt < 0 ? "" : text.substring(exponentAt);
    StringBuilder out = new StringBuilder(mantissa);
    if (mantissa.indexOf('.') < 0) {
      out.append('.');
    }
    if (verb == 'g' || verb == 'G') {
      int wanted = digits < 0 ? 6 : digits;
      String significant = mantissa.replace(".", "");
      int leading = 0;
      while (leading < significant.length() && significant.charAt(leading) == '0') {
        leading++;
      }
      out.repeat('0', Math.max(wanted - (significant.length() - leading), 0));
    }
    return out.append(exponent).toString();
  }

  private void complex(Value.Complex complex, int verb) {
    if ("vbgGxXfFeE".indexOf(verb) < 0) {
      bad(verb, complex);
      return;
    }
    boolean before = plus;
    out.append('(');
    real(complex.real(), verb, complex);
    plus = true;
    real(complex.imaginary(), verb, complex);
    out.append("i)");
    plus = before;
  }

  private void text(Value.Text text, int verb) {
    if (sharpV) {
      pad(GoStrings.quote(text.value()));
    } else if ("vsxXq".indexOf(verb) >= 0) {
      string(text.value(), verb);
    } else {
      bad(verb, text);
    }
  }

  private void string(String text, int verb) {
    switch (verb) {
      case 'q' -> {
        String cut = truncated(text);
        boolean raw =
            sharp && cut.indexOf('`') < 0 && cut.chars().allMatch(c -> c >= ' ' && c != 0x7f);
        pad(raw ? "`" + cut + "`" : GoStrings.quote(cut, '"', plus));
      }
      case 'x', 'X' -> pad(hex(text, verb == 'X'));
      default -> pad(truncated(text));
    }
  }

  private String hex(String text, boolean upper) {
    byte[] bytes = GoStrings.bytes(text);
    int count = precision >= 0 ? Math.min(precision, bytes.length) : bytes.length;
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < count; i++) {
      if (space && i > 0) {
        hex.append(' ');
      }
      if (sharp && (space || i == 0)) {
        hex.append(upper ? "0X" : "0x");
      }
      hex.append(Character.forDigit((bytes[i] >> 4) & 0xf, 16));
      hex.append(Character.forDigit(bytes[i] & 0xf, 16));
    }
    String all = hex.toString();
    return upper ? all.toUpperCase(Locale.ROOT) : all;
  }

  private String truncated(String text) {
    if (precision < 0 || text.codePointCount(0, text.length()) <= precision) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, precision));
  }

  private void items(Value.Items items, int verb, int depth) {
    if (sharpV) {
      out.append(items.type().name()).append('{');
    } else {
      out.append('[');
    }
    for (int i = 0; i < items.values().size(); i++) {
      if (i > 0) {
        out.append(sharpV ? ", " : " ");
      }
      value(items.values().get(i), verb, depth + 1);
    }
    out.append(sharpV ? '}' : ']');
  }

  private void mapping(Value.Mapping mapping, int verb, int depth) {
    boolean goSyntax = sharpV;
    out.append(goSyntax ? mapping.type().name() + "{" : "map[");
    boolean first = true;
    for (Map.Entry<String, Value> entry : mapping.entries().entrySet()) {
      if (!first) {
        out.append(goSyntax ? ", " : " ");
      }
      first = false;
      value(new Value.Text(entry.getKey(), GoType.STRING), verb, depth + 1);
      out.append(':');
      value(entry.getValue(), verb, depth + 1);
    }
    out.append(goSyntax ? '}' : ']');
  }

  private void struct(Value.Struct struct, int verb, int depth) {
    boolean goSyntax = sharpV;
    if (struct.type().kind() == GoType.Kind.POINTER) {
      out.append('&');
    }
    out.append(goSyntax ? struct.type().indirect().name() + "{" : "{");
    boolean first = true;
    for (Map.Entry<String, Value> field : struct.fields().entrySet()) {
      if (!first) {
        out.append(goSyntax ? ", " : " ");
      }
      first = false;
      if (plusV || goSyntax) {
        out.append(field.getKey()).append(':');
      }
      value(field.getValue(), verb, depth + 1);
    }
    out.append('}');
  }

  private void pad(String text) {
    int missing = width < 0 ? 0 : width - text.codePointCount(0, text.length());
    if (missing <= 0) {
      out.append(text);
    } else if (minus) {
      out.append(text).repeat(' ', missing);
    } else {
      out.repeat(zero ? '0' : ' ', missing).append(text);
    }
  }
}
