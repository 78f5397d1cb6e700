package dev.mangru.dashboard.workloads;

import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;

/// Workloads with their status, use against requests and autoscaler, and one of them in detail.
@Route(value = "workloads", layout = MangruLayout.class)
@PageTitle("Workloads · Mangru")
@JsModule("./mangru/workloads.js")
public final class WorkloadsView extends MangruPage {

  private static final long serialVersionUID = 1L;

  /// Called by the router.
  public WorkloadsView() {
    super("workloads", "Workloads");
    getElement().appendChild(new Element("mangru-workloads"));
  }
}
