package dev.mangru.dashboard.slo;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.dom.Element;
import org.jspecify.annotations.Nullable;

/// The small pieces that cards and tables of objectives share.
final class SloParts {

  private SloParts() {}

  /// Icon, word and colour of a state.
  static Span state(SloHealth health) {
    var icon = new Element("mangru-icon");
    icon.setAttribute("name", health.style());
    var chip = new Span();
    chip.addClassNames("state", "state-" + health.style());
    chip.getElement().appendChild(icon, Element.createText(health.word()));
    return chip;
  }

  /// A bar that is full while the whole budget is left.
  static Div budgetBar(@Nullable Double fill, SloHealth health, String text) {
    var bar = new Div();
    bar.addClassNames("budget-bar", "state-" + health.style());
    bar.getElement().setAttribute("role", "img");
    bar.getElement().setAttribute("aria-label", "Error budget: " + text);
    if (fill == null) {
      bar.addClassName("is-unknown");
    } else {
      var inner = new Div();
      inner.getStyle().set("width", Math.round(fill * 1000) / 10.0 + "%");
      bar.add(inner);
    }
    return bar;
  }

  /// Why an objective is not being measured.
  static Div problem(String text) {
    var icon = new Element("mangru-icon");
    icon.setAttribute("name", "warn");
    var strip = new Div();
    strip.addClassNames("strip", "strip-warn");
    strip.getElement().appendChild(icon, Element.createText("not measured: " + text));
    return strip;
  }

  static Span text(String className, String text) {
    var span = new Span(text);
    span.addClassName(className);
    return span;
  }
}
