package dev.mangru.alerts.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// A parsed Go template and those defined beside it. Immutable, reusable and thread-safe; every
/// expansion has its own limits.
///
/// ```java
/// Template template =
///     Template.parse("greeting", "Hello {{ .name }}", FunctionSet.GO, TemplateOptions.TEXT);
/// template.expand(Value.of(Map.of("name", "watch")), TemplateContext.at(now)); // Hello watch
/// ```
public final class Template {

  private final String name;
  private final Map<String, Node.Listing> trees;
  private final FunctionSet functions;
  private final TemplateOptions options;

  private Template(
      String name,
      Map<String, Node.Listing> trees,
      FunctionSet functions,
      TemplateOptions options) {
    this.name = name;
    this.trees = trees;
    this.functions = functions;
    this.options = options;
  }

  /// Parses a text.
  ///
  /// @param name what errors call it
  /// @throws TemplateException with Go's message if the text is no template
  public static Template parse(
      String name, String text, FunctionSet functions, TemplateOptions options)
      throws TemplateException {
    return new Template(name, Map.of(), functions, options).with(name, text);
  }

  /// A template named `name` that sees everything defined here. What is defined in both is that of
  /// `text`, unless that is empty.
  ///
  /// @throws TemplateException with Go's message if the text is no template
  public Template with(String name, String text) throws TemplateException {
    Map<String, Node.Listing> all = new LinkedHashMap<>(trees);
    for (Map.Entry<String, Node.Listing> tree :
        Parser.parse(name, text, functions.names()).entrySet()) {
      if (!all.containsKey(tree.getKey()) || !Parser.isEmpty(tree.getValue())) {
        all.put(tree.getKey(), tree.getValue());
      }
    }
    return new Template(name, all, functions, options);
  }

  /// The names of all templates here.
  public Set<String> defined() {
    return Set.copyOf(trees.keySet());
  }

  /// Expands the template over `data`, which is `.` inside.
  ///
  /// @throws TemplateException with Go's message, or for a limit; there is no partial output
  public String expand(Value data, TemplateContext context) throws TemplateException {
    if (options.html()) {
      checkCalls();
    }
    Sink out = sink(options);
    Evaluator.Expansion expansion =
        new Evaluator.Expansion(
            trees, functions, options, context, new Budget(options.limits(), context.ticker()));
    Evaluator.run(expansion, name, data, out, 0);
    return out.result();
  }

  static Sink sink(TemplateOptions options) {
    BoundedText text = new BoundedText(options.limits().outputChars());
    return options.html() ? new HtmlSink(text) : new Sink.Plain(text);
  }

  /// html/template finds calls of unknown templates before it runs anything.
  private void checkCalls() throws TemplateException {
    Set<String> seen = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>();
    Node.Listing root = trees.get(name);
    if (root != null) {
      open.add(root);
    }
    while (!open.isEmpty()) {
      switch (open.pop()) {
        case Node.Listing list -> list.nodes().reversed().forEach(open::push);
        case Node.Branch branch -> {
          if (branch.otherwise() != null) {
            open.push(branch.otherwise());
          }
          open.push(branch.body());
        }
        case Node.Call call -> {
          Node.Listing tree = trees.get(call.name());
          if (tree == null) {
            throw new TemplateException(
                TemplateException.Phase.EXECUTE,
                "html/template:%s: no such template %s"
                    .formatted(
                        call.source().location(call.position()), GoStrings.quote(call.name())));
          }
          if (seen.add(call.name())) {
            open.push(tree);
          }
        }
        default -> {} // Holds no calls.
      }
    }
  }

  /// A text that parses to the same templates.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    trees.forEach((defined, tree) -> {
      if (!defined.equals(name)) {
        text.append("{{define ").append(GoStrings.quote(defined)).append("}}");
        text.append(tree).append("{{end}}");
      }
    });
    Node.Listing own = trees.get(name);
    return own == null ? text.toString() : text.append(own).toString();
  }
}
