package dev.mangru.dashboard.nodes;

import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;

/// Nodes by group as a heat map and a table, and why one of them stays or goes.
@Route(value = "nodes", layout = MangruLayout.class)
@PageTitle("Nodes · Mangru")
@JsModule("./mangru/nodes.js")
public final class NodesView extends MangruPage {

  private static final long serialVersionUID = 1L;

  /// Called by the router.
  public NodesView() {
    super("nodes", "Nodes");
    getElement().appendChild(new Element("mangru-nodes"));
  }
}
