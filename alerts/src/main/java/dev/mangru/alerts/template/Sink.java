package dev.mangru.alerts.template;

import java.util.List;

/// Where a template's output goes. Confined to one thread.
interface Sink {

  /// Text of the template itself.
  void text(String text);

  /// A value that an action prints.
  ///
  /// @param escaped whether the action ends in a function that escaped it
  void value(Value value, boolean escaped) throws FunctionFailure;

  /// All of it.
  String result();

  /// Plain text.
  record Plain(BoundedText out) implements Sink {
    @Override
    public void text(String text) {
      out.append(text);
    }

    @Override
    public void value(Value value, boolean escaped) {
      if (value instanceof Value.Text text) {
        out.append(text.value());
      } else if (value == Value.Nil.NIL) {
        out.append("<no value>");
      } else {
        out.append(GoFormat.print(List.of(Values.indirect(value)), new BoundedText(out.limit())));
      }
    }

    @Override
    public String result() {
      return out.toString();
    }
  }
}
