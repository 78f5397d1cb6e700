package dev.mangru.alerts.template;

import dev.mangru.alerts.template.Node.Branch;
import dev.mangru.alerts.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a template's text into nodes by recursive descent, refusing what Go refuses in Go's words.
/// Confined to one thread, for one text.
///
/// Go gives every `define` and `block` a parser of its own, which matters in two places: variables
/// of the surroundings are not seen inside, and nor is the loop that a `break` would leave.
final class Parser {

  private final Source source;
  private final Set<String> functions;
  private final Lexer lexer;
  private final Map<String, Node.Listing> trees = new LinkedHashMap<>();

  /// Tokens put back, the next one first.
  private final Deque<Token> pending = new ArrayDeque<>();

  private List<String> variables = new ArrayList<>(List.of("$"));
  private int rangeDepth;
  private int depth;
  private int actionLine;

  /// The line of the newest token, which errors tell.
  private int line = 1;

  private Parser(Source source, Set<String> functions) {
    this.source = source;
    this.functions = functions;
    this.lexer = new Lexer(source.text());
  }

  /// Every template that `text` defines, its own under `name`.
  static Map<String, Node.Listing> parse(String name, String text, Set<String> functions)
      throws TemplateException {
    if (text.length() > TemplateLimits.TEXT_CHARS) {
      throw new TemplateException(
          TemplateException.Phase.PARSE,
          "template: %s:1: the text has %d characters; at most %d are read"
              .formatted(name, text.length(), TemplateLimits.TEXT_CHARS));
    }
    Parser parser = new Parser(new Source(name, text), functions);
    parser.add(name, parser.top());
    return parser.trees;
  }

  // Tokens.

  private Token next() {
    Token token = pending.poll();
    if (token == null) {
      token = lexer.next();
      line = token.line();
    }
    return token;
  }

  private void back(Token token) {
    pending.push(token);
  }

  private Token peek() {
    Token token = next();
    back(token);
    return token;
  }

  private Token nextNonSpace() {
    Token token = next();
    while (token.kind() == Kind.SPACE) {
      token = next();
    }
    return token;
  }

  private Token peekNonSpace() {
    Token token = nextNonSpace();
    back(token);
    return token;
  }

  private TemplateException error(String message) {
    return new TemplateException(
        TemplateException.Phase.PARSE, "template: " + source.name() + ":" + line + ": " + message);
  }

  private TemplateException unexpected(Token token, String context) {
    if (token.kind() != Kind.ERROR) {
      return error("unexpected " + token + " in " + context);
    }
    if (actionLine == 0 || actionLine == token.line()) {
      return error(token.text());
    }
    String started = " started at " + source.name() + ":" + actionLine;
    return error(
        token.text() + (token.text().endsWith(" action") ? started : " in action" + started));
  }

  private Token expect(Kind kind, String context) throws TemplateException {
    Token token = nextNonSpace();
    if (token.kind() != kind) {
      throw unexpected(token, context);
    }
    return token;
  }

  private void enter() throws TemplateException {
    depth++;
    if (depth > TemplateLimits.NESTING) {
      throw error("max expression depth exceeded");
    }
  }

  // Templates and what is between actions.

  private void add(String name, Node.Listing tree) throws TemplateException {
    Node.Listing before = trees.get(name);
    if (before == null || isEmpty(before)) {
      trees.put(name, tree);
    } else if (!isEmpty(tree)) {
      throw error("template: multiple definition of template " + GoStrings.quote(name));
    }
  }

  /// Whether there is nothing but space.
  static boolean isEmpty(Node.Listing tree) {
    return tree.nodes().stream()
        .allMatch(node -> node instanceof Node.Text text && isBlank(text.text()));
  }

  private static boolean isBlank(String text) {
    return text.codePoints().allMatch(c -> Character.isWhitespace(c) || c == 0x85 || c == 0xA0);
  }

  private Node.Listing top() throws TemplateException {
    List<Node> nodes = new ArrayList<>();
    int position = peek().position();
    while (peek().kind() != Kind.EOF) {
      if (peek().kind() == Kind.LEFT_DELIM) {
        Token delim = next();
        Token first = nextNonSpace();
        if (first.kind() == Kind.DEFINE) {
          definition();
          continue;
        }
        back(first);
        back(delim);
      }
      Node node = textOrAction();
      if (node instanceof Node.End || node instanceof Node.Else) {
        throw error("unexpected " + node);
      }
      nodes.add(node);
    }
    return new Node.Listing(source, position, List.copyOf(nodes));
  }

  private void definition() throws TemplateException {
    String context = "define clause";
    String name = templateName(nextNonSpace(), context);
    expect(Kind.RIGHT_DELIM, context);
    add(name, ownBody(context));
  }

  /// The body of a `define` or `block`, with fresh variables and outside of any loop.
  private Node.Listing ownBody(String context) throws TemplateException {
    List<String> outerVariables = variables;
    int outerRange = rangeDepth;
    int outerLine = actionLine;
    variables = new ArrayList<>(List.of("$"));
    rangeDepth = 0;
    actionLine = 0;
    enter();
    Items items = items();
    depth--;
    variables = outerVariables;
    rangeDepth = outerRange;
    actionLine = outerLine;
    if (!(items.end() instanceof Node.End)) {
      throw error("unexpected " + items.end() + " in " + context);
    }
    return items.list();
  }

  private record Items(Node.Listing list, Node end) {}

  private Items items() throws TemplateException {
    int position = peekNonSpace().position();
    List<Node> nodes = new ArrayList<>();
    while (peekNonSpace().kind() != Kind.EOF) {
      Node node = textOrAction();
      if (node instanceof Node.End || node instanceof Node.Else) {
        return new Items(new Node.Listing(source, position, List.copyOf(nodes)), node);
      }
      nodes.add(node);
    }
    throw error("unexpected EOF");
  }

  private Node textOrAction() throws TemplateException {
    Token token = nextNonSpace();
    if (token.kind() == Kind.TEXT) {
      return new Node.Text(source, token.position(), token.text());
    }
    if (token.kind() != Kind.LEFT_DELIM) {
      throw unexpected(token, "input");
    }
    actionLine = token.line();
    Node node = action();
    actionLine = 0;
    return node;
  }

  // Actions.

  private Node action() throws TemplateException {
    Token token = nextNonSpace();
    return switch (token.kind()) {
      case BLOCK -> block();
      case BREAK -> {
        endOfLoopWord(token);
        yield new Node.Break(source, token.position());
      }
      case CONTINUE -> {
        endOfLoopWord(token);
        yield new Node.Continue(source, token.position());
      }
      case ELSE -> otherwise();
      case END -> new Node.End(source, expect(Kind.RIGHT_DELIM, "end").position());
      case IF -> branch(Branch.Kind.IF);
      case RANGE -> branch(Branch.Kind.RANGE);
      case TEMPLATE -> call();
      case WITH -> branch(Branch.Kind.WITH);
      default -> {
        back(token);
        yield new Node.Action(source, token.position(), pipeline("command", Kind.RIGHT_DELIM));
      }
    };
  }

  private void endOfLoopWord(Token word) throws TemplateException {
    String action = "{{" + word.text() + "}}";
    Token end = nextNonSpace();
    if (end.kind() != Kind.RIGHT_DELIM) {
      throw unexpected(end, action);
    }
    if (rangeDepth == 0) {
      throw error(action + " outside {{range}}");
    }
  }

  private Node otherwise() throws TemplateException {
    Token following = peekNonSpace();
    if (following.kind() == Kind.IF || following.kind() == Kind.WITH) {
      return new Node.Else(source, following.position()); // The branch takes the word.
    }
    return new Node.Else(source, expect(Kind.RIGHT_DELIM, "else").position());
  }

  private Branch branch(Branch.Kind kind) throws TemplateException {
    enter();
    int outer = variables.size();
    Node.Pipe pipe = pipeline(kind.word(), Kind.RIGHT_DELIM);
    int loops = kind == Branch.Kind.RANGE ? 1 : 0;
    rangeDepth += loops;
    Items items = items();
    rangeDepth -= loops;
    Node.Listing otherwise = null;
    if (items.end() instanceof Node.Else end) {
      Kind following = peek().kind();
      if ((kind == Branch.Kind.IF && following == Kind.IF)
          || (kind == Branch.Kind.WITH && following == Kind.WITH)) {
        next();
        otherwise = new Node.Listing(source, end.position(), List.of(branch(kind)));
      } else {
        Items rest = items();
        if (!(rest.end() instanceof Node.End)) {
          throw error("expected end; found " + rest.end());
        }
        otherwise = rest.list();
      }
    }
    variables.subList(outer, variables.size()).clear();
    depth--;
    return new Branch(source, pipe.position(), kind, pipe, items.list(), otherwise);
  }

  private Node block() throws TemplateException {
    String context = "block clause";
    Token token = nextNonSpace();
    String name = templateName(token, context);
    Node.Pipe pipe = pipeline(context, Kind.RIGHT_DELIM);
    add(name, ownBody(context));
    return new Node.Call(source, token.position(), name, pipe);
  }

  private Node call() throws TemplateException {
    String context = "template clause";
    Token token = nextNonSpace();
    String name = templateName(token, context);
    Token following = nextNonSpace();
    if (following.kind() == Kind.RIGHT_DELIM) {
      return new Node.Call(source, token.position(), name, null);
    }
    back(following);
    return new Node.Call(source, token.position(), name, pipeline(context, Kind.RIGHT_DELIM));
  }

  private String templateName(Token token, String context) throws TemplateException {
    if (token.kind() != Kind.STRING && token.kind() != Kind.RAW_STRING) {
      throw unexpected(token, context);
    }
    return unquote(token);
  }

  private String unquote(Token token) throws TemplateException {
    try {
      return GoLiterals.unquote(token.text());
    } catch (GoLiterals.BadLiteral e) {
      throw error(String.valueOf(e.getMessage()));
    }
  }

  // Pipelines.

  private Node.Pipe pipeline(String context, Kind end) throws TemplateException {
    enter();
    int position = peekNonSpace().position();
    List<Node.Variable> declared = new ArrayList<>();
    boolean assigns = declarations(context, declared);
    List<Node.Command> commands = new ArrayList<>();
    while (true) {
      Token token = nextNonSpace();
      if (token.kind() == end) {
        checkPipeline(commands, context);
        depth--;
        return new Node.Pipe(
            source, position, List.copyOf(declared), assigns, List.copyOf(commands));
      }
      switch (token.kind()) {
        case BOOL,
            CHAR_CONSTANT,
            COMPLEX,
            DOT,
            FIELD,
            IDENTIFIER,
            NUMBER,
            NIL,
            RAW_STRING,
            STRING,
            VARIABLE,
            LEFT_PAREN -> {
          back(token);
          commands.add(command());
        }
        default -> throw unexpected(token, context);
      }
    }
  }

  /// `$x :=`, `$x =` or, in a range, `$x, $y :=`; says whether it assigns.
  private boolean declarations(String context, List<Node.Variable> declared)
      throws TemplateException {
    while (peekNonSpace().kind() == Kind.VARIABLE) {
      Token variable = next();
      Token after = peek();
      Token following = peekNonSpace();
      if (following.kind() == Kind.ASSIGN || following.kind() == Kind.DECLARE) {
        nextNonSpace();
        declare(variable, declared);
        return following.kind() == Kind.ASSIGN;
      }
      if (following.kind() == Kind.CHAR && following.text().equals(",")) {
        nextNonSpace();
        declare(variable, declared);
        if (!context.equals("range") || declared.size() >= 2) {
          throw error("too many declarations in " + context);
        }
        switch (peekNonSpace().kind()) {
          case VARIABLE, RIGHT_DELIM, RIGHT_PAREN -> {}
          default -> throw error("range can only initialize variables");
        }
        continue;
      }
      if (after.kind() == Kind.SPACE) {
        back(after);
      }
      back(variable);
      return false;
    }
    return false;
  }

  private void declare(Token variable, List<Node.Variable> declared) {
    declared.add(new Node.Variable(source, variable.position(), List.of(variable.text())));
    variables.add(variable.text());
  }

  private void checkPipeline(List<Node.Command> commands, String context) throws TemplateException {
    if (commands.isEmpty()) {
      throw error("missing value for " + context);
    }
    for (int i = 1; i < commands.size(); i++) {
      Node first = commands.get(i).arguments().getFirst();
      if (first instanceof Node.Bool
          || first instanceof Node.Dot
          || first instanceof Node.Nil
          || first instanceof Node.Numeral
          || first instanceof Node.Quoted) {
        throw error("non executable command in pipeline stage " + (i + 1));
      }
    }
  }

  private Node.Command command() throws TemplateException {
    int position = peekNonSpace().position();
    List<Node> arguments = new ArrayList<>();
    while (true) {
      peekNonSpace();
      Node operand = operand();
      if (operand != null) {
        arguments.add(operand);
      }
      Token token = next();
      if (token.kind() == Kind.SPACE) {
        continue;
      }
      if (token.kind() == Kind.RIGHT_DELIM || token.kind() == Kind.RIGHT_PAREN) {
        back(token);
      } else if (token.kind() != Kind.PIPE) {
        throw unexpected(token, "operand");
      }
      break;
    }
    if (arguments.isEmpty()) {
      throw error("empty command");
    }
    return new Node.Command(source, position, List.copyOf(arguments));
  }

  private @Nullable Node operand() throws TemplateException {
    Node node = term();
    if (node == null || peek().kind() != Kind.FIELD) {
      return node;
    }
    int position = peek().position();
    List<String> path = new ArrayList<>();
    while (peek().kind() == Kind.FIELD) {
      path.add(next().text().substring(1));
    }
    return switch (node) {
      case Node.Field field -> new Node.Field(source, position, joined(field.path(), path));
      case Node.Variable variable ->
          new Node.Variable(source, position, joined(variable.path(), path));
      case Node.Identifier _, Node.Pipe _ ->
          new Node.Chain(source, position, node, List.copyOf(path));
      default -> throw error("unexpected . after term " + GoStrings.quote(node.toString()));
    };
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  private @Nullable Node term() throws TemplateException {
    Token token = nextNonSpace();
    int position = token.position();
    return switch (token.kind()) {
      case IDENTIFIER -> {
        if (!functions.contains(token.text())) {
          throw error("function " + GoStrings.quote(token.text()) + " not defined");
        }
        yield new Node.Identifier(source, position, token.text());
      }
      case DOT -> new Node.Dot(source, position);
      case NIL -> new Node.Nil(source, position);
      case VARIABLE -> {
        if (!variables.contains(token.text())) {
          throw error("undefined variable " + GoStrings.quote(token.text()));
        }
        yield new Node.Variable(source, position, List.of(token.text()));
      }
      case FIELD -> new Node.Field(source, position, List.of(token.text().substring(1)));
      case BOOL -> new Node.Bool(source, position, token.text().equals("true"));
      case CHAR_CONSTANT, COMPLEX, NUMBER -> number(token);
      case LEFT_PAREN -> pipeline("parenthesized pipeline", Kind.RIGHT_PAREN);
      case STRING, RAW_STRING -> new Node.Quoted(source, position, token.text(), unquote(token));
      default -> {
        back(token);
        yield null;
      }
    };
  }

  private Node number(Token token) throws TemplateException {
    try {
      GoLiterals.Parsed parsed =
          switch (token.kind()) {
            case CHAR_CONSTANT -> GoLiterals.character(token.text());
            case COMPLEX -> GoLiterals.complex(token.text());
            default -> GoLiterals.number(token.text());
          };
      return new Node.Numeral(source, token.position(), token.text(), parsed);
    } catch (GoLiterals.BadLiteral e) {
      throw error(String.valueOf(e.getMessage()));
    }
  }
}
