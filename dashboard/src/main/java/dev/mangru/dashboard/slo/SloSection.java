package dev.mangru.dashboard.slo;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Section;
import com.vaadin.flow.dom.Element;
import dev.mangru.dashboard.chart.ChartUnit;
import dev.mangru.dashboard.chart.TimeSeriesChart;
import java.util.List;

/// One objective in full: every window, and how it went over the chosen range.
final class SloSection extends Section {

  private static final long serialVersionUID = 1L;

  private static final List<String> COLUMNS =
      List.of("Window", "State", "Availability", "Allowed", "Budget left", "As time");

  private final Div facts = new Div();

  SloSection(SloSummary slo) {
    addClassNames("card", "slo-section");
    getElement().setAttribute("aria-label", slo.name());
    facts.addClassName("slo-facts");
    add(facts, charts(slo));
    show(slo);
  }

  /// Redraws the numbers and leaves the charts alone, which refresh themselves.
  void show(SloSummary slo) {
    facts.removeAll();
    var head = new Div(new H2(slo.name()), SloParts.state(slo.health()));
    head.addClassName("slo-head");
    var promise = new Paragraph(slo.promise() + ".");
    promise.addClassName("slo-promise");
    facts.add(head);
    if (!slo.description().isEmpty()) {
      facts.add(new Paragraph(slo.description()));
    }
    if (!slo.problem().isEmpty()) {
      facts.add(SloParts.problem(slo.problem()));
    }
    facts.add(promise, pace(slo), table(slo));
  }

  private static Div pace(SloSummary slo) {
    var pace = new Div(SloParts.text("slo-burn", "burn rate over 1h: " + slo.burn()));
    pace.addClassName("slo-pace");
    if (!slo.exhaustion().isEmpty()) {
      pace.add(SloParts.text("slo-exhaustion", slo.window() + " budget " + slo.exhaustion()));
    }
    return pace;
  }

  private static Div table(SloSummary slo) {
    var header = new Element("tr");
    for (String name : COLUMNS) {
      header.appendChild(new Element("th").setAttribute("scope", "col").setText(name));
    }
    var body = new Element("tbody");
    for (SloSummary.Row row : slo.rows()) {
      var availability = cell(SloParts.text("slo-availability", row.availability()).getElement());
      if (!row.coverage().isEmpty()) {
        availability.appendChild(SloParts.text("slo-aside", row.coverage()).getElement());
      }
      body.appendChild(
          new Element("tr")
              .appendChild(
                  new Element("th").setAttribute("scope", "row").setText(row.window()),
                  cell(SloParts.state(row.health()).getElement()),
                  availability,
                  new Element("td").setText(row.allowed()),
                  cell(
                      SloParts.budgetBar(row.budgetFill(), row.health(), row.budgetLeft())
                          .getElement(),
                      SloParts.text("slo-budget-left", row.budgetLeft()).getElement()),
                  new Element("td").setText(row.budgetLeftTime())));
    }
    var table =
        new Element("table")
            .setAttribute("aria-label", "Windows of " + slo.name())
            .appendChild(new Element("thead").appendChild(header), body);
    var scroll = new Div();
    scroll.addClassName("table-scroll");
    scroll.getElement().setAttribute("tabindex", "0");
    scroll.getElement().setAttribute("role", "group");
    scroll.getElement().setAttribute("aria-label", "Windows of " + slo.name());
    scroll.getElement().appendChild(table);
    return scroll;
  }

  private static Element cell(Element... content) {
    return new Element("td").appendChild(content);
  }

  private static Div charts(SloSummary slo) {
    String name = slo.name();
    String selector = "{slo=\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
    String good = "mangru_slo_good_total" + selector;
    String total = "mangru_slo_total" + selector;
    var charts =
        new Div(
            new TimeSeriesChart("Availability")
                .query(
                    "sum(rate(%s[$__rate_interval])) / sum(rate(%s[$__rate_interval]))"
                        .formatted(good, total),
                    "availability")
                .unit(ChartUnit.RATIO)
                .floating()
                .threshold(slo.targetRatio(), "target " + slo.target())
                .emptyText("Nothing has been counted for this objective in this range."),
            new TimeSeriesChart("Bad events or seconds")
                .query(
                    "sum(increase(%s[$__rate_interval])) - sum(increase(%s[$__rate_interval]))"
                        .formatted(total, good),
                    "bad")
                .unit(ChartUnit.COUNT)
                .emptyText("Nothing has been counted for this objective in this range."));
    charts.addClassName("slo-charts");
    return charts;
  }
}
