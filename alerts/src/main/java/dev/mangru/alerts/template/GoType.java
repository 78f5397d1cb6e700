package dev.mangru.alerts.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A Go type, as far as templates can tell: its name is what errors say, its kind decides what may
/// be done with a value, its methods are what a template may call. Immutable.
///
/// @param element of a list, map or pointer
/// @param underlying the name of the unnamed type below, which is assignable to and from this one
record GoType(
    String name,
    Kind kind,
    @Nullable GoType element,
    @Nullable String underlying,
    Map<String, Method> methods) {

  enum Kind {
    INVALID,
    BOOL,
    INT,
    UINT,
    FLOAT,
    COMPLEX,
    STRING,
    LIST,
    MAP,
    STRUCT,
    POINTER,
    ANY
  }

  /// What can be called on a value of a type.
  ///
  /// @param parameters without the receiver
  record Method(List<GoType> parameters, boolean variadic, Body body) {

    @FunctionalInterface
    interface Body {
      Value call(Value receiver, List<Value> arguments) throws FunctionFailure;
    }

    static Method of(Body body, GoType... parameters) {
      return new Method(List.of(parameters), false, body);
    }
  }

  static final GoType INVALID = basic("invalid", Kind.INVALID);
  static final GoType ANY = basic("interface {}", Kind.ANY);
  static final GoType BOOL = basic("bool", Kind.BOOL);
  static final GoType INT = basic("int", Kind.INT);
  static final GoType INT64 = basic("int64", Kind.INT);
  static final GoType FLOAT64 = basic("float64", Kind.FLOAT);
  static final GoType COMPLEX128 = basic("complex128", Kind.COMPLEX);
  static final GoType STRING = basic("string", Kind.STRING);
  static final GoType HTML = basic("template.HTML", Kind.STRING);
  static final GoType URL = basic("template.URL", Kind.STRING);
  static final GoType ANY_LIST = list("[]interface {}", ANY, Map.of());
  static final GoType STRING_LIST = list("[]string", STRING, Map.of());
  static final GoType ANY_MAP = map("map[string]interface {}", ANY, Map.of());
  static final GoType STRING_MAP = map("map[string]string", STRING, Map.of());

  GoType {
    methods = Map.copyOf(methods);
  }

  private static GoType basic(String name, Kind kind) {
    return new GoType(name, kind, null, null, Map.of());
  }

  static GoType named(String name, Kind kind, Map<String, Method> methods) {
    return new GoType(name, kind, null, null, methods);
  }

  static GoType list(String name, GoType element, Map<String, Method> methods) {
    return new GoType(name, Kind.LIST, element, "[]" + element.name, methods);
  }

  static GoType map(String name, GoType element, Map<String, Method> methods) {
    return new GoType(name, Kind.MAP, element, "map[string]" + element.name, methods);
  }

  static GoType struct(String name, Map<String, Method> methods) {
    return new GoType(name, Kind.STRUCT, null, null, methods);
  }

  /// `*T`; it has T's methods.
  GoType pointer() {
    return new GoType("*" + name, Kind.POINTER, this, null, methods);
  }

  /// The type itself, or what it points to.
  GoType indirect() {
    return kind == Kind.POINTER && element != null ? element : this;
  }

  /// Whether a value of this type may be given where `parameter` is asked for.
  boolean assignableTo(GoType parameter) {
    if (parameter.kind == Kind.ANY || name.equals(parameter.name)) {
      return true;
    }
    boolean oneUnnamed = name.equals(underlying) || parameter.name.equals(parameter.underlying);
    return oneUnnamed && underlying != null && underlying.equals(parameter.underlying);
  }

  /// Whether `nil` is a value of this type.
  boolean canBeNil() {
    return switch (kind) {
      case LIST, MAP, POINTER, ANY -> true;
      case INVALID, BOOL, INT, UINT, FLOAT, COMPLEX, STRING, STRUCT -> false;
    };
  }

  /// What a missing element of this type is.
  Value zero() {
    return switch (kind) {
      case BOOL -> new Value.Bool(false);
      case INT, UINT -> new Value.Int(0, this);
      case FLOAT -> new Value.Real(0);
      case COMPLEX -> new Value.Complex(0, 0);
      case STRING -> new Value.Text("", this);
      case LIST -> new Value.Items(List.of(), this);
      case MAP -> new Value.Mapping(Map.of(), this);
      case INVALID, STRUCT, POINTER, ANY -> Value.Nil.NIL;
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
