package dev.mangru.alerts.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Fields, methods and functions: finds what is called, evaluates the arguments to the types that
/// it asks for, calls it. Confined to the evaluator it belongs to.
final class Calls implements Function.Invocation {

  /// Made characters that count as one step.
  private static final int CHARS_PER_STEP = 64;

  private final Evaluator evaluator;
  private final Evaluator.Expansion expansion;

  Calls(Evaluator evaluator, Evaluator.Expansion expansion) {
    this.evaluator = evaluator;
    this.expansion = expansion;
  }

  // What functions may ask for.

  @Override
  public TemplateContext context() {
    return expansion.context();
  }

  @Override
  public void charge(long steps) {
    expansion.budget().step(steps);
  }

  @Override
  public BoundedText text() {
    return new BoundedText(expansion.options().limits().outputChars());
  }

  @Override
  public String render(String template, Value data) throws TemplateException {
    Sink out = Template.sink(expansion.options());
    expansion.budget().enter();
    Evaluator.run(expansion, template, data, out, evaluator.depth() + 1);
    expansion.budget().leave();
    return out.result();
  }

  // Fields.

  Value field(Value dot, Node.Field field, @Nullable List<Node> arguments, @Nullable Value piped)
      throws TemplateException {
    evaluator.at(field);
    return path(dot, dot, evaluator.dotBoxed(), field, field.path(), arguments, piped);
  }

  Value chain(Value dot, Node.Chain chain, @Nullable List<Node> arguments, @Nullable Value piped)
      throws TemplateException {
    evaluator.at(chain);
    Value base = argument(dot, GoType.ANY, chain.base());
    return path(dot, base, false, chain, chain.path(), arguments, piped);
  }

  Value variable(
      Value dot, Node.Variable variable, @Nullable List<Node> arguments, @Nullable Value piped)
      throws TemplateException {
    evaluator.at(variable);
    Evaluator.Variable known = evaluator.variable(variable.path().getFirst());
    if (variable.path().size() == 1) {
      evaluator.notAFunction(arguments == null ? List.of(variable) : arguments, piped);
      return known.value();
    }
    List<String> path = variable.path().subList(1, variable.path().size());
    return path(dot, known.value(), known.boxed(), variable, path, arguments, piped);
  }

  private Value path(
      Value dot,
      Value from,
      boolean fromBoxed,
      Node node,
      List<String> path,
      @Nullable List<Node> arguments,
      @Nullable Value piped)
      throws TemplateException {
    Value receiver = from;
    boolean boxed = fromBoxed;
    for (int i = 0; i < path.size() - 1; i++) {
      Value holder = receiver;
      receiver = unboxed(path.get(i), node, dot, null, null, receiver, boxed);
      boxed = holds(holder, path.get(i));
    }
    return unboxed(path.getLast(), node, dot, arguments, piped, receiver, boxed);
  }

  /// Whether Go has the value of that key or field as an `interface {}`, which shows in errors
  /// about what is asked of it next.
  private boolean holds(Value holder, String key) {
    return switch (holder) {
      case Value.Mapping(Map<String, Value> entries, GoType type) ->
          type.element() != null
              && type.element().kind() == GoType.Kind.ANY
              && (entries.containsKey(key)
                  || expansion.options().missingKey() == TemplateOptions.MissingKey.ZERO);
      case Value.Struct(_, GoType type) ->
          type.name().contains(key + " " + GoType.ANY.name()) && !type.methods().containsKey(key);
      default -> false;
    };
  }

  private Value unboxed(
      String name,
      Node node,
      Value dot,
      @Nullable List<Node> arguments,
      @Nullable Value piped,
      Value receiver,
      boolean boxed)
      throws TemplateException {
    if (boxed && !Values.isValid(receiver)) {
      throw evaluator.error("nil pointer evaluating " + GoType.ANY + "." + name);
    }
    GoType shown = boxed ? GoType.ANY : receiver.type();
    return member(dot, name, node, arguments, piped, receiver, shown);
  }

  private Value member(
      Value dot,
      String name,
      Node node,
      @Nullable List<Node> arguments,
      @Nullable Value piped,
      Value receiver,
      GoType shown)
      throws TemplateException {
    charge(1);
    if (!Values.isValid(receiver)) {
      if (expansion.options().missingKey() == TemplateOptions.MissingKey.ERROR) {
        throw evaluator.error("nil data; no entry for key " + GoStrings.quote(name));
      }
      return Value.Nil.NIL;
    }
    GoType.Method method = receiver.type().methods().get(name);
    if (method != null) {
      Value of = receiver;
      return call(
          dot,
          new Function(
              name,
              method.parameters(),
              method.variadic(),
              (given, _) -> method.body().call(of, given)),
          node,
          arguments,
          piped);
    }
    boolean hasArguments = (arguments != null && arguments.size() > 1) || piped != null;
    if (receiver instanceof Value.Struct(Map<String, Value> fields, GoType _)) {
      Value value = fields.get(name);
      if (value != null) {
        if (hasArguments) {
          throw evaluator.error(name + " has arguments but cannot be invoked as function");
        }
        return value;
      }
    }
    if (receiver instanceof Value.Mapping(Map<String, Value> entries, GoType type)) {
      if (hasArguments) {
        throw evaluator.error(name + " is not a method but has arguments");
      }
      Value value = entries.get(name);
      return value == null ? missing(name, type) : value;
    }
    throw evaluator.error("can't evaluate field " + name + " in type " + shown);
  }

  private Value missing(String key, GoType map) throws TemplateException {
    return switch (expansion.options().missingKey()) {
      case DEFAULT -> Value.Nil.NIL;
      case ZERO -> map.element() == null ? Value.Nil.NIL : map.element().zero();
      case ERROR -> throw evaluator.error("map has no entry for key " + GoStrings.quote(key));
    };
  }

  // Functions.

  Value function(
      Value dot,
      Node.Identifier identifier,
      Node command,
      @Nullable List<Node> arguments,
      @Nullable Value piped)
      throws TemplateException {
    evaluator.at(identifier);
    Function function = expansion.functions().find(identifier.name());
    if (function == null) {
      throw evaluator.error(GoStrings.quote(identifier.name()) + " is not a defined function");
    }
    return call(dot, function, command, arguments, piped);
  }

  /// @param commandArguments with the function itself at the front
  private Value call(
      Value dot,
      Function function,
      Node node,
      @Nullable List<Node> commandArguments,
      @Nullable Value piped)
      throws TemplateException {
    List<Node> arguments =
        commandArguments == null || commandArguments.isEmpty()
            ? List.of()
            : commandArguments.subList(1, commandArguments.size());
    List<GoType> parameters = function.parameters();
    int given = arguments.size() + (piped == null ? 0 : 1);
    int fixed = arguments.size();
    if (function.variadic()) {
      fixed = parameters.size() - 1;
      if (given < fixed) {
        throw evaluator.error(
            "wrong number of args for %s: want at least %d got %d"
                .formatted(function.name(), fixed, arguments.size()));
      }
    } else if (given != parameters.size()) {
      throw evaluator.error(
          "wrong number of args for %s: want %d got %d"
              .formatted(function.name(), parameters.size(), given));
    }
    if (Builtins.isLogic(function)) {
      return logic(dot, function, arguments, piped);
    }
    List<Value> values = new ArrayList<>(given);
    for (int i = 0; i < arguments.size(); i++) {
      GoType type = i < fixed ? parameters.get(i) : parameters.getLast();
      values.add(argument(dot, type, arguments.get(i)));
    }
    if (piped != null) {
      GoType type = given - 1 < fixed ? parameters.get(given - 1) : parameters.getLast();
      values.add(valid(piped, type));
    }
    return invoke(function, node, arguments, values);
  }

  /// `and` and `or` stop at the first argument that decides.
  private Value logic(Value dot, Function function, List<Node> arguments, @Nullable Value piped)
      throws TemplateException {
    boolean stopAt = function.name().equals("or");
    Value value = Value.Nil.NIL;
    for (Node argument : arguments) {
      value = argument(dot, GoType.ANY, argument);
      if (Values.truth(value) == stopAt) {
        return value;
      }
    }
    return piped == null ? value : piped;
  }

  private Value invoke(Function function, Node node, List<Node> arguments, List<Value> values)
      throws TemplateException {
    String problem;
    try {
      Value result = function.body().call(values, this);
      if (result instanceof Value.Text text) {
        charge(text.value().length() / CHARS_PER_STEP);
      }
      return result;
    } catch (FunctionFailure e) {
      problem = e.text();
    }
    if (Builtins.isCall(function)) {
      problem = problem.replaceFirst("\\{}", quotedReplacement(arguments));
    }
    if (function.name().equals("len") && values.contains(Value.Nil.NIL) && isMissing(arguments)) {
      problem = "len of nil pointer"; // A missing key is a nil of some type, unlike `nil` itself.
    }
    evaluator.at(node);
    throw evaluator.error("error calling " + function.name() + ": " + problem);
  }

  private static boolean isMissing(List<Node> arguments) {
    return arguments.stream()
        .anyMatch(argument ->
            argument instanceof Node.Field
                || argument instanceof Node.Chain
                || argument instanceof Node.Variable);
  }

  private static String quotedReplacement(List<Node> arguments) {
    String name = arguments.isEmpty() ? "" : arguments.getFirst().toString();
    return name.replace("\\", "\\\\").replace("$", "\\$");
  }

  // Arguments.

  private Value argument(Value dot, GoType type, Node node) throws TemplateException {
    charge(1);
    evaluator.at(node);
    return switch (node) {
      case Node.Dot _ -> valid(dot, type);
      case Node.Nil _ -> {
        if (!type.canBeNil()) {
          throw evaluator.error("cannot assign nil to " + type);
        }
        yield type.zero();
      }
      case Node.Field field -> valid(field(dot, field, List.of(node), null), type);
      case Node.Variable variable -> valid(variable(dot, variable, null, null), type);
      case Node.Pipe pipe -> valid(evaluator.pipeline(dot, pipe), type);
      case Node.Identifier identifier ->
          valid(function(dot, identifier, identifier, null, null), type);
      case Node.Chain chain -> valid(chain(dot, chain, null, null), type);
      default -> literal(type, node);
    };
  }

  private Value literal(GoType type, Node node) throws TemplateException {
    return switch (type.kind()) {
      case BOOL -> {
        if (node instanceof Node.Bool bool) {
          yield new Value.Bool(bool.value());
        }
        throw evaluator.error("expected bool; found " + node);
      }
      case STRING -> {
        if (node instanceof Node.Quoted quoted) {
          yield new Value.Text(quoted.text(), type);
        }
        throw evaluator.error("expected string; found " + node);
      }
      case INT, UINT -> {
        Long integer = node instanceof Node.Numeral number ? number.parsed().integer() : null;
        if (integer != null) {
          yield new Value.Int(integer, type);
        }
        throw evaluator.error("expected integer; found " + node);
      }
      case FLOAT -> {
        Double real = node instanceof Node.Numeral number ? number.parsed().real() : null;
        if (real != null) {
          yield new Value.Real(real);
        }
        throw evaluator.error("expected float; found " + node);
      }
      case COMPLEX -> {
        Value complex = node instanceof Node.Numeral number ? number.parsed().complex() : null;
        if (complex != null) {
          yield complex;
        }
        throw evaluator.error("expected complex; found " + node);
      }
      case ANY ->
          switch (node) {
            case Node.Bool bool -> new Value.Bool(bool.value());
            case Node.Numeral number -> evaluator.ideal(number);
            case Node.Quoted quoted -> Value.text(quoted.text());
            default ->
                throw evaluator.error(
                    "can't handle assignment of " + node + " to empty interface argument");
          };
      case INVALID, LIST, MAP, STRUCT, POINTER ->
          throw evaluator.error("can't handle " + node + " for arg of type " + type);
    };
  }

  private Value valid(Value value, GoType type) throws TemplateException {
    if (!Values.isValid(value)) {
      if (type.canBeNil()) {
        return type.zero();
      }
      throw evaluator.error("invalid value; expected " + type);
    }
    if (value.type().assignableTo(type)) {
      return value;
    }
    if (value.type().kind() == GoType.Kind.POINTER && value.type().indirect().assignableTo(type)) {
      return Values.indirect(value);
    }
    throw evaluator.error("wrong type for value; expected " + type + "; got " + value.type());
  }
}
