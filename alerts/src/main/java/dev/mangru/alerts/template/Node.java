package dev.mangru.alerts.template;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One node of a parsed template; its string is the text that errors quote, as Go prints it.
sealed interface Node {

  /// The text it comes from.
  Source source();

  /// Where it starts there, in UTF-16 units.
  int position();

  /// Text outside of actions.
  record Text(Source source, int position, String text) implements Node {
    @Override
    public String toString() {
      return text;
    }
  }

  /// Nodes one after the other.
  record Listing(Source source, int position, List<Node> nodes) implements Node {
    @Override
    public String toString() {
      return nodes.stream().map(Node::toString).collect(Collectors.joining());
    }
  }

  /// `{{pipeline}}`.
  record Action(Source source, int position, Pipe pipe) implements Node {
    @Override
    public String toString() {
      return "{{" + pipe + "}}";
    }
  }

  /// `$a, $b := command | command`.
  record Pipe(
      Source source, int position, List<Variable> declared, boolean assigns, List<Command> commands)
      implements Node {
    @Override
    public String toString() {
      String names =
          declared.isEmpty()
              ? ""
              : declared.stream().map(Variable::toString).collect(Collectors.joining(", "))
                  + (assigns ? " = " : " := ");
      return names + commands.stream().map(Command::toString).collect(Collectors.joining(" | "));
    }
  }

  /// A function, method or value with its arguments.
  record Command(Source source, int position, List<Node> arguments) implements Node {
    @Override
    public String toString() {
      return arguments.stream()
          .map(argument -> argument instanceof Pipe ? "(" + argument + ")" : argument.toString())
          .collect(Collectors.joining(" "));
    }
  }

  /// A function's name.
  record Identifier(Source source, int position, String name) implements Node {
    @Override
    public String toString() {
      return name;
    }
  }

  /// `$x.a.b` as `$x`, `a`, `b`.
  record Variable(Source source, int position, List<String> path) implements Node {
    @Override
    public String toString() {
      return String.join(".", path);
    }
  }

  /// `.`.
  record Dot(Source source, int position) implements Node {
    @Override
    public String toString() {
      return ".";
    }
  }

  /// `nil`.
  record Nil(Source source, int position) implements Node {
    @Override
    public String toString() {
      return "nil";
    }
  }

  /// `.a.b`.
  record Field(Source source, int position, List<String> path) implements Node {
    @Override
    public String toString() {
      return "." + String.join(".", path);
    }
  }

  /// `(pipeline).a.b`.
  record Chain(Source source, int position, Node base, List<String> path) implements Node {
    @Override
    public String toString() {
      return (base instanceof Pipe ? "(" + base + ")" : base.toString())
          + "."
          + String.join(".", path);
    }
  }

  /// `true` or `false`.
  record Bool(Source source, int position, boolean value) implements Node {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /// A number as written, and everything it can be.
  record Numeral(Source source, int position, String text, GoLiterals.Parsed parsed)
      implements Node {
    @Override
    public String toString() {
      return text;
    }
  }

  /// A string, as written and as meant.
  record Quoted(Source source, int position, String quoted, String text) implements Node {
    @Override
    public String toString() {
      return quoted;
    }
  }

  /// `if`, `with` or `range`.
  record Branch(
      Source source, int position, Kind kind, Pipe pipe, Listing body, @Nullable Listing otherwise)
      implements Node {

    enum Kind {
      IF("if"),
      WITH("with"),
      RANGE("range");

      private final String word;

      Kind(String word) {
        this.word = word;
      }

      String word() {
        return word;
      }
    }

    @Override
    public String toString() {
      return "{{%s %s}}%s%s{{end}}"
          .formatted(kind.word, pipe, body, otherwise == null ? "" : "{{else}}" + otherwise);
    }
  }

  /// `{{template "name" pipeline}}`.
  record Call(Source source, int position, String name, @Nullable Pipe pipe) implements Node {
    @Override
    public String toString() {
      return "{{template " + GoStrings.quote(name) + (pipe == null ? "" : " " + pipe) + "}}";
    }
  }

  /// `{{break}}`.
  record Break(Source source, int position) implements Node {
    @Override
    public String toString() {
      return "{{break}}";
    }
  }

  /// `{{continue}}`.
  record Continue(Source source, int position) implements Node {
    @Override
    public String toString() {
      return "{{continue}}";
    }
  }

  /// `{{end}}`; only while parsing.
  record End(Source source, int position) implements Node {
    @Override
    public String toString() {
      return "{{end}}";
    }
  }

  /// `{{else}}`; only while parsing.
  record Else(Source source, int position) implements Node {
    @Override
    public String toString() {
      return "{{else}}";
    }
  }
}
