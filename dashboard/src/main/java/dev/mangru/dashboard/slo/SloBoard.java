package dev.mangru.dashboard.slo;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Paragraph;
import com.vaadin.flow.component.html.Pre;
import com.vaadin.flow.dom.Element;
import dev.mangru.model.slo.SloBook;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All objectives, laid out anew whenever the page's clock ticks. Confined to its browser session.
@Tag("mangru-ticking")
@JsModule("./mangru/ticking.js")
public final class SloBoard extends Component {

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(SloBoard.class);

  private static final String EXAMPLE =
      """
      mangru:
        objectives:
          - name: checkout
            description: Requests to checkout that do not fail
            target: 0.999
            ratio:
              good: 'http_requests_total{job="checkout",code!~"5.."}'
              total: 'http_requests_total{job="checkout"}'
          - name: shop-up
            description: The shop answers
            target: 0.9995
            probe: {url: 'http://127.0.0.1:9000/health', interval: 10s}
      """;

  private final transient SloBook book;
  private final transient Function<SloSummary, Component> layout;
  private List<SloSummary> shown = List.of();
  private boolean drawn;

  private SloBoard(SloBook book, String className, Function<SloSummary, Component> layout) {
    this.book = book;
    this.layout = layout;
    getElement().getClassList().add("slo-board");
    getElement().getClassList().add(className);
    getElement().addEventListener("tick", event -> refresh()).throttle(1_000);
    refresh();
  }

  /// A card for each objective.
  ///
  /// @param book where the statuses come from
  public static SloBoard cards(SloBook book) {
    return new SloBoard(book, "slo-cards", SloCard::new);
  }

  /// A section for each objective, with every window and a chart.
  ///
  /// @param book where the statuses come from
  public static SloBoard sections(SloBook book) {
    return new SloBoard(book, "slo-sections", SloSection::new);
  }

  /// Reads the book again and redraws what changed. A book that fails is shown as failed; the rest
  /// of the page goes on.
  private void refresh() {
    List<SloSummary> summaries;
    try {
      summaries = book.statuses().stream().map(SloSummary::of).toList();
    } catch (RuntimeException e) {
      log.atWarn().setCause(e).log("objectives could not be read for the dashboard");
      shown = List.of();
      drawn = true;
      getElement().removeAllChildren();
      getElement().appendChild(failure(e).getElement());
      return;
    }
    if (drawn && summaries.equals(shown)) {
      return;
    }
    if (sameObjectives(summaries)) {
      for (int index = 0; index < summaries.size(); index++) {
        if (!summaries.get(index).equals(shown.get(index))) {
          replace(index, summaries.get(index));
        }
      }
    } else {
      getElement().removeAllChildren();
      summaries.forEach(slo -> getElement().appendChild(layout.apply(slo).getElement()));
      if (summaries.isEmpty()) {
        getElement().appendChild(nothingConfigured().getElement());
      }
    }
    shown = summaries;
    drawn = true;
  }

  private void replace(int index, SloSummary slo) {
    Element old = getElement().getChild(index);
    if (old.getComponent().orElse(null) instanceof SloSection section) {
      section.show(slo);
    } else {
      getElement().setChild(index, layout.apply(slo).getElement());
    }
  }

  private boolean sameObjectives(List<SloSummary> summaries) {
    return drawn
        && !summaries.isEmpty()
        && summaries.stream()
            .map(SloSummary::name)
            .toList()
            .equals(shown.stream().map(SloSummary::name).toList());
  }

  private static Div failure(RuntimeException cause) {
    var box =
        new Div(
            new H2("Objectives cannot be read"),
            new Paragraph(String.valueOf(cause.getMessage())),
            new Paragraph("They are read again with the next refresh."));
    box.addClassNames("notice", "notice-error");
    box.getElement().setAttribute("role", "alert");
    return box;
  }

  private static Div nothingConfigured() {
    var box =
        new Div(
            new H2("No objective yet"),
            new Paragraph(
                "An objective says what users may expect, in one number. "
                    + SloText.promise(0.999)
                    + ". Put one into the configuration file and start again with --config FILE:"),
            new Pre(EXAMPLE));
    box.addClassNames("notice", "notice-empty");
    return box;
  }
}
