package dev.mangru.dashboard.slo;

import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Article;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H3;

/// One objective at a glance: measured, wanted, budget left, pace.
final class SloCard extends Article {

  private static final long serialVersionUID = 1L;

  SloCard(SloSummary slo) {
    addClassNames("card", "slo-card", "state-" + slo.health().style());

    var link = new Anchor("slos", slo.name());
    var title = new H3(link);
    var head = new Div(title, SloParts.state(slo.health()));
    head.addClassName("slo-head");

    var numbers =
        new Div(
            SloParts.text("slo-actual", slo.actual()),
            SloParts.text("slo-target", "target " + slo.target() + " · " + slo.window()));
    numbers.addClassName("slo-numbers");

    var budget =
        new Div(
            SloParts.text("slo-budget-left", slo.budgetLeft()),
            SloParts.text("slo-budget-time", slo.budgetLeftTime()));
    budget.addClassName("slo-budget");

    var pace = new Div(SloParts.text("slo-burn", "burn rate " + slo.burn()));
    pace.addClassName("slo-pace");
    String aside = slo.exhaustion().isEmpty() ? slo.coverage() : slo.exhaustion();
    pace.add(SloParts.text(slo.exhaustion().isEmpty() ? "slo-aside" : "slo-exhaustion", aside));

    add(
        head,
        numbers,
        SloParts.budgetBar(slo.budgetFill(), slo.health(), slo.budgetLeft()),
        budget,
        pace);
    if (!slo.problem().isEmpty()) {
      add(SloParts.problem(slo.problem()));
    }
    if (!slo.description().isEmpty()) {
      getElement().setAttribute("title", slo.description());
    }
  }
}
