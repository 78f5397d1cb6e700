package dev.mangru.dashboard.scaling;

import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;

/// What scales, and each decision step by step: inputs, what held the number, what was done.
@Route(value = "autoscaling", layout = MangruLayout.class)
@PageTitle("Autoscaling · Mangru")
@JsModule("./mangru/autoscaling.js")
public final class AutoscalingView extends MangruPage {

  private static final long serialVersionUID = 1L;

  /// Called by the router.
  public AutoscalingView() {
    super("autoscaling", "Autoscaling");
    getElement().appendChild(new Element("mangru-autoscaling"));
  }
}
