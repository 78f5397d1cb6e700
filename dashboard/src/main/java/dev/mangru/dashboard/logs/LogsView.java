package dev.mangru.dashboard.logs;

import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;

/// Log search: query, histogram over the full range, facets, lines, context, live tail.
@Route(value = "logs", layout = MangruLayout.class)
@PageTitle("Logs · Mangru")
@JsModule("./mangru/logs.js")
public final class LogsView extends MangruPage {

  private static final long serialVersionUID = 1L;

  /// Called by the router.
  public LogsView() {
    super("logs", "Logs");
    getElement().appendChild(new Element("mangru-logs"));
  }
}
