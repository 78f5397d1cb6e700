package dev.mangru.alerts.template;

import java.util.List;

/// A function that templates can call.
///
/// @param parameters the last one is that of every further argument if it is variadic
record Function(String name, List<GoType> parameters, boolean variadic, Body body) {

  @FunctionalInterface
  interface Body {
    /// Calls it with the arguments in order.
    ///
    /// @throws FunctionFailure with what becomes `error calling NAME: …`
    /// @throws TemplateException past a limit
    Value call(List<Value> arguments, Invocation invocation)
        throws FunctionFailure, TemplateException;
  }

  /// What a function may ask of the expansion that calls it.
  interface Invocation {
    TemplateContext context();

    /// Counts towards the limit of steps.
    void charge(long steps) throws TemplateException;

    /// A builder that goes no further than the limit of output.
    BoundedText text();

    /// The output of another template of the set, escaped if this one is.
    String render(String template, Value data) throws TemplateException;
  }

  Function {
    parameters = List.copyOf(parameters);
  }

  static Function fixed(String name, Body body, GoType... parameters) {
    return new Function(name, List.of(parameters), false, body);
  }

  static Function variadic(String name, Body body, GoType... parameters) {
    return new Function(name, List.of(parameters), true, body);
  }
}
