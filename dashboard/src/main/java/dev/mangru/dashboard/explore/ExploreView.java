package dev.mangru.dashboard.explore;

import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.component.dependency.NpmPackage;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;

/// PromQL: an editor that completes and lints, a chart, a table.
///
/// The editor weighs more than the rest of the dashboard together, so it is bundled with this route
/// only and loaded when the page is first opened.
@Route(value = "explore", layout = MangruLayout.class)
@PageTitle("Explore · Mangru")
@NpmPackage(value = "@codemirror/autocomplete", version = "6.20.3")
@NpmPackage(value = "@codemirror/commands", version = "6.10.3")
@NpmPackage(value = "@codemirror/language", version = "6.12.4")
@NpmPackage(value = "@codemirror/lint", version = "6.9.7")
@NpmPackage(value = "@codemirror/state", version = "6.7.1")
@NpmPackage(value = "@codemirror/view", version = "6.43.6")
@NpmPackage(value = "@lezer/common", version = "1.5.2")
@NpmPackage(value = "@lezer/highlight", version = "1.2.3")
@NpmPackage(value = "@lezer/lr", version = "1.4.10")
@NpmPackage(value = "@prometheus-io/codemirror-promql", version = "0.314.0")
@NpmPackage(value = "@prometheus-io/lezer-promql", version = "0.314.0")
@JsModule("./mangru/explore.js")
public final class ExploreView extends MangruPage {

  private static final long serialVersionUID = 1L;

  /// Called by the router.
  public ExploreView() {
    super("explore", "Explore");
    getElement().appendChild(new Element("mangru-explore"));
  }
}
