package dev.mangru.alerts.template;

import java.util.Comparator;

/// What Go's reflection says about values.
final class Values {

  /// As Go orders strings: by their UTF-8 bytes, which is by code points.
  static final Comparator<String> BY_BYTES = Values::compareCodePoints;

  private Values() {}

  private static int compareCodePoints(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    for (int i = 0; i < shorter; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean surrogates = Character.isSurrogate(x) != Character.isSurrogate(y);
        return surrogates ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /// Whether there is a value at all.
  static boolean isValid(Value value) {
    return value != Value.Nil.NIL;
  }

  /// What `if` makes of it: false for zero and empty.
  static boolean truth(Value value) {
    return switch (value) {
      case Value.Nil _ -> false;
      case Value.Bool bool -> bool.value();
      case Value.Int integer -> integer.value() != 0;
      case Value.Real real -> real.value() != 0;
      case Value.Complex complex -> complex.real() != 0 || complex.imaginary() != 0;
      case Value.Text text -> !text.value().isEmpty();
      case Value.Items items -> !items.values().isEmpty();
      case Value.Mapping mapping -> !mapping.entries().isEmpty();
      case Value.Struct _, Value.Time _, Value.IntPointer _ -> true;
    };
  }

  /// The value itself, or what it points to.
  static Value indirect(Value value) {
    if (value.type().kind() != GoType.Kind.POINTER) {
      return value;
    }
    GoType target = value.type().indirect();
    return switch (value) {
      case Value.Struct struct -> new Value.Struct(struct.fields(), target);
      case Value.Time time -> new Value.Time(time.at(), target);
      case Value.IntPointer pointer -> new Value.Int(pointer.value(), target);
      case Value.Nil _,
          Value.Bool _,
          Value.Int _,
          Value.Real _,
          Value.Complex _,
          Value.Text _,
          Value.Items _,
          Value.Mapping _ ->
          value;
    };
  }
}
