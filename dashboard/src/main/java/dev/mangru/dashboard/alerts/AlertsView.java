package dev.mangru.dashboard.alerts;

import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;

/// What fires and what is about to, who was told, rules and silences.
@Route(value = "alerts", layout = MangruLayout.class)
@PageTitle("Alerts · Mangru")
@JsModule("./mangru/alerts.js")
public final class AlertsView extends MangruPage {

  private static final long serialVersionUID = 1L;

  /// Called by the router.
  public AlertsView() {
    super("alerts", "Alerts");
    getElement().appendChild(new Element("mangru-alerts"));
  }
}
