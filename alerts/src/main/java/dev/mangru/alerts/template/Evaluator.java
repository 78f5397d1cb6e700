package dev.mangru.alerts.template;

import dev.mangru.alerts.template.Node.Branch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Walks a parsed template over its data, as Go's text/template does: the same results, and errors
/// that name the same node. One for each template called; confined to one thread.
final class Evaluator {

  /// What the templates of one expansion share.
  record Expansion(
      Map<String, Node.Listing> trees,
      FunctionSet functions,
      TemplateOptions options,
      TemplateContext context,
      Budget budget) {}

  /// How a node ended.
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  /// @param boxed whether Go has the value as an `interface {}`, which shows in errors
  record Variable(String name, Value value, boolean boxed) {}

  private final Expansion expansion;
  private final String name;
  private final Sink out;
  private final int depth;
  private final List<Variable> variables = new ArrayList<>();
  private final Calls calls;

  /// The node at work, for errors.
  private Node at;

  /// Whether Go has `.` as an `interface {}`, which shows in errors.
  private boolean dotBoxed;

  private Evaluator(Expansion expansion, String name, Node root, Value data, Sink out, int depth) {
    this.expansion = expansion;
    this.name = name;
    this.out = out;
    this.depth = depth;
    this.at = root;
    this.variables.add(new Variable("$", data, false));
    this.calls = new Calls(this, expansion);
  }

  /// Expands the template `name`, which must be there, into `out`.
  static void run(Expansion expansion, String name, Value data, Sink out, int depth)
      throws TemplateException {
    Node.Listing root = expansion.trees().get(name);
    if (root == null) {
      throw new TemplateException(
          TemplateException.Phase.EXECUTE,
          "template: %s: %s is an incomplete or empty template"
              .formatted(name, GoStrings.quote(name)));
    }
    Evaluator evaluator = new Evaluator(expansion, name, root, data, out, depth);
    try {
      evaluator.walk(data, root);
    } catch (Budget.Exhausted | BoundedText.Overflow e) {
      throw evaluator.error(TemplateException.Phase.LIMIT, String.valueOf(e.getMessage()));
    } catch (StackOverflowError _) {
      // The limit of depth fits the stack of a usual thread; this one's is smaller or in use.
      // Nothing
      // here holds a lock or leaves anything half done.
      throw new TemplateException(
          TemplateException.Phase.LIMIT,
          "template: %s: more blocks inside one another than the stack of %s has room for"
              .formatted(name, Thread.currentThread()));
    }
  }

  int depth() {
    return depth;
  }

  void at(Node node) {
    at = node;
  }

  TemplateException error(String message) {
    return error(TemplateException.Phase.EXECUTE, message);
  }

  private TemplateException error(TemplateException.Phase phase, String message) {
    return new TemplateException(
        phase,
        "template: %s: executing %s at <%s>: %s"
            .formatted(
                at.source().location(at.position()), GoStrings.quote(name), context(), message));
  }

  /// A limit is the one error whose node may be as long as the template.
  private String context() {
    String text = at.toString();
    return text.length() <= 2_000 ? text : text.substring(0, 2_000) + "...";
  }

  private Flow walk(Value dot, Node node) throws TemplateException {
    expansion.budget().step(1);
    at = node;
    switch (node) {
      case Node.Listing list -> {
        for (Node each : list.nodes()) {
          Flow flow = walk(dot, each);
          if (flow != Flow.NEXT) {
            return flow;
          }
        }
        return Flow.NEXT;
      }
      case Node.Text text -> {
        out.text(text.text());
        return Flow.NEXT;
      }
      case Node.Action action -> {
        Value value = pipeline(dot, action.pipe());
        if (action.pipe().declared().isEmpty()) {
          print(action, value);
        }
        return Flow.NEXT;
      }
      case Branch branch -> {
        int mark = variables.size();
        expansion.budget().enter();
        Flow flow = branch.kind() == Branch.Kind.RANGE ? range(dot, branch) : ifOrWith(dot, branch);
        expansion.budget().leave();
        pop(mark);
        return flow;
      }
      case Node.Call call -> {
        template(dot, call);
        return Flow.NEXT;
      }
      case Node.Break _ -> {
        return Flow.BREAK;
      }
      case Node.Continue _ -> {
        return Flow.CONTINUE;
      }
      case Node.Pipe _,
          Node.Command _,
          Node.Identifier _,
          Node.Variable _,
          Node.Dot _,
          Node.Nil _,
          Node.Field _,
          Node.Chain _,
          Node.Bool _,
          Node.Numeral _,
          Node.Quoted _,
          Node.End _,
          Node.Else _ ->
          throw error("unknown node: " + node);
    }
  }

  private void print(Node.Action action, Value value) throws TemplateException {
    at = action;
    Node last = action.pipe().commands().getLast().arguments().getFirst();
    boolean escaped =
        last instanceof Node.Identifier(_, _, String function) && function.equals("html");
    try {
      out.value(value, escaped);
    } catch (FunctionFailure e) {
      throw error(e.text());
    }
  }

  private void pop(int mark) {
    variables.subList(mark, variables.size()).clear();
  }

  private Flow ifOrWith(Value dot, Branch branch) throws TemplateException {
    Value value = pipeline(dot, branch.pipe());
    if (Values.truth(value)) {
      if (branch.kind() == Branch.Kind.IF) {
        return walk(dot, branch.body());
      }
      boolean before = dotBoxed;
      dotBoxed = false;
      Flow flow = walk(value, branch.body());
      dotBoxed = before;
      return flow;
    }
    return branch.otherwise() == null ? Flow.NEXT : walk(dot, branch.otherwise());
  }

  private Flow range(Value dot, Branch branch) throws TemplateException {
    Value over = Values.indirect(pipeline(dot, branch.pipe()));
    int mark = variables.size();
    boolean any = false;
    switch (over) {
      case Value.Nil _ -> {}
      case Value.Items items -> {
        for (int i = 0; i < items.values().size(); i++) {
          any = true;
          if (!iteration(
              branch, new Value.Int(i, GoType.INT), items.values().get(i), mark, isBoxed(over))) {
            break;
          }
        }
      }
      case Value.Mapping mapping -> {
        for (Map.Entry<String, Value> entry : mapping.entries().entrySet()) {
          any = true;
          if (!iteration(
              branch, Value.text(entry.getKey()), entry.getValue(), mark, isBoxed(over))) {
            break;
          }
        }
      }
      case Value.Int count -> {
        if (branch.pipe().declared().size() > 1) {
          throw error("can't use " + printed(count) + " to iterate over more than one variable");
        }
        for (long i = 0; i < count.value(); i++) {
          any = true;
          Value index = new Value.Int(i, count.type());
          if (!iteration(branch, index, index, mark, false)) {
            break;
          }
        }
      }
      case Value.Bool _,
          Value.Real _,
          Value.Complex _,
          Value.Text _,
          Value.Struct _,
          Value.Time _,
          Value.IntPointer _ ->
          throw error("range can't iterate over " + printed(over));
    }
    return any || branch.otherwise() == null ? Flow.NEXT : walk(dot, branch.otherwise());
  }

  private static boolean isBoxed(Value collection) {
    GoType element = collection.type().element();
    return element != null && element.kind() == GoType.Kind.ANY;
  }

  boolean dotBoxed() {
    return dotBoxed;
  }

  private String printed(Value value) {
    return GoFormat.print(
        List.of(value), new BoundedText(expansion.options().limits().outputChars()));
  }

  /// One turn of a loop; says whether to go on.
  private boolean iteration(Branch branch, Value index, Value element, int mark, boolean boxed)
      throws TemplateException {
    List<Node.Variable> declared = branch.pipe().declared();
    if (branch.pipe().assigns()) {
      if (declared.size() == 1) {
        assign(declared.getFirst().path().getFirst(), element);
      } else if (declared.size() == 2) {
        assign(declared.getFirst().path().getFirst(), index);
        assign(declared.getLast().path().getFirst(), element);
      }
    } else {
      if (!declared.isEmpty()) {
        setTop(1, element, boxed);
      }
      if (declared.size() > 1) {
        setTop(2, index, false);
      }
    }
    boolean before = dotBoxed;
    dotBoxed = boxed;
    Flow flow = walk(element, branch.body());
    dotBoxed = before;
    pop(mark);
    return flow != Flow.BREAK;
  }

  private void setTop(int fromEnd, Value value, boolean boxed) {
    int place = variables.size() - fromEnd;
    variables.set(place, new Variable(variables.get(place).name(), value, boxed));
  }

  private void template(Value dot, Node.Call call) throws TemplateException {
    Node.Listing tree = expansion.trees().get(call.name());
    if (tree == null) {
      throw error("template " + GoStrings.quote(call.name()) + " not defined");
    }
    int limit = expansion.options().limits().templateDepth();
    if (depth == limit) {
      throw error("exceeded maximum template depth (" + limit + ")");
    }
    Value data = call.pipe() == null ? Value.Nil.NIL : pipeline(dot, call.pipe());
    expansion.budget().enter();
    Evaluator inner = new Evaluator(expansion, call.name(), tree, data, out, depth + 1);
    try {
      inner.walk(data, tree);
    } catch (Budget.Exhausted | BoundedText.Overflow e) {
      throw inner.error(TemplateException.Phase.LIMIT, String.valueOf(e.getMessage()));
    }
    expansion.budget().leave();
  }

  // Pipelines.

  /// The value of a pipeline; variables it declares stay until the end of the block.
  Value pipeline(Value dot, Node.Pipe pipe) throws TemplateException {
    at = pipe;
    expansion.budget().enter();
    Value value = null;
    for (Node.Command command : pipe.commands()) {
      value = command(dot, command, value);
    }
    expansion.budget().leave();
    Value result = value == null ? Value.Nil.NIL : value;
    for (Node.Variable variable : pipe.declared()) {
      String variableName = variable.path().getFirst();
      if (pipe.assigns()) {
        assign(variableName, result);
      } else {
        variables.add(new Variable(variableName, result, false));
      }
    }
    return result;
  }

  private void assign(String variable, Value value) throws TemplateException {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name().equals(variable)) {
        variables.set(i, new Variable(variable, value, false));
        return;
      }
    }
    throw error("undefined variable: " + variable);
  }

  Variable variable(String variable) throws TemplateException {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name().equals(variable)) {
        return variables.get(i);
      }
    }
    throw error("undefined variable: " + variable);
  }

  private Value command(Value dot, Node.Command command, @Nullable Value piped)
      throws TemplateException {
    expansion.budget().step(1);
    List<Node> arguments = command.arguments();
    Node first = arguments.getFirst();
    return switch (first) {
      case Node.Field field -> calls.field(dot, field, arguments, piped);
      case Node.Chain chain -> calls.chain(dot, chain, arguments, piped);
      case Node.Identifier identifier -> calls.function(dot, identifier, command, arguments, piped);
      case Node.Pipe pipe -> {
        notAFunction(arguments, piped);
        yield pipeline(dot, pipe);
      }
      case Node.Variable variable -> calls.variable(dot, variable, arguments, piped);
      default -> {
        at = first;
        notAFunction(arguments, piped);
        yield constant(dot, first);
      }
    };
  }

  void notAFunction(List<Node> arguments, @Nullable Value piped) throws TemplateException {
    if (arguments.size() > 1 || piped != null) {
      throw error("can't give argument to non-function " + arguments.getFirst());
    }
  }

  private Value constant(Value dot, Node node) throws TemplateException {
    return switch (node) {
      case Node.Bool bool -> new Value.Bool(bool.value());
      case Node.Dot _ -> dot;
      case Node.Nil _ -> throw error("nil is not a command");
      case Node.Numeral number -> ideal(number);
      case Node.Quoted quoted -> Value.text(quoted.text());
      default -> throw error("can't evaluate command " + GoStrings.quote(node.toString()));
    };
  }

  /// A number where nothing says what type it should have.
  Value ideal(Node.Numeral number) throws TemplateException {
    at = number;
    GoLiterals.Parsed parsed = number.parsed();
    if (parsed.complex() != null) {
      return parsed.complex();
    }
    String text = number.text();
    boolean hexInteger =
        text.length() > 2
            && (text.startsWith("0x") || text.startsWith("0X"))
            && text.indexOf('p') < 0
            && text.indexOf('P') < 0;
    if (parsed.real() != null
        && !hexInteger
        && !text.startsWith("'")
        && GoLiterals.looksReal(text)) {
      return new Value.Real(parsed.real());
    }
    if (parsed.integer() != null) {
      return new Value.Int(parsed.integer(), GoType.INT);
    }
    if (parsed.unsigned()) {
      throw error(text + " overflows int");
    }
    return Value.Nil.NIL;
  }
}
