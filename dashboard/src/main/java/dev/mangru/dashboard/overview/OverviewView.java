package dev.mangru.dashboard.overview;

import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.H2;
import com.vaadin.flow.component.html.Section;
import com.vaadin.flow.dom.Element;
import com.vaadin.flow.router.PageTitle;
import com.vaadin.flow.router.Route;
import dev.mangru.dashboard.chart.ChartUnit;
import dev.mangru.dashboard.chart.TimeSeriesChart;
import dev.mangru.dashboard.shell.MangruLayout;
import dev.mangru.dashboard.shell.MangruPage;
import dev.mangru.dashboard.slo.SloBoard;
import dev.mangru.model.slo.SloBook;

/// The first thing to look at: what changed, what fires, are promises kept, is the node well, who
/// uses most, what do the logs say. Every card fails alone.
@Route(value = "", layout = MangruLayout.class)
@PageTitle("Overview · Mangru")
@JsModule("./mangru/overview.js")
@JsModule("./mangru/change-lane.js")
@JsModule("./mangru/firing.js")
public final class OverviewView extends MangruPage {

  private static final long serialVersionUID = 1L;

  private static final String NO_NODE =
      "No node has reported in this range. Start Mangru without --no-agent, or run"
          + " “mangru agent --to URL” on a node.";

  private static final String NO_SERVICE =
      "No service has reported http_requests_total in this range. Annotate its pods with"
          + " prometheus.io/scrape: \"true\".";

  /// Called by the router.
  ///
  /// @param book where objectives' statuses come from
  public OverviewView(SloBook book) {
    super("overview", "Overview");
    add(section("Changes", new Element("mangru-change-lane")));
    add(section("Firing", new Element("mangru-firing")));
    add(section("Objectives", SloBoard.cards(book).getElement()));
    add(section("Services", services().getElement()));
    add(section("Node", charts().getElement()));
    add(section("Worst containers", new Element("mangru-top-containers")));
    add(section("Logs", new Element("mangru-log-strip")));
  }

  private static Section section(String heading, Element content) {
    var section = new Section(new H2(heading));
    section.getElement().setAttribute("aria-label", heading);
    section.getElement().appendChild(content);
    return section;
  }

  private static Div services() {
    var grid =
        new Div(
            new TimeSeriesChart("Requests")
                .query(
                    "sum by (namespace, job) (rate(http_requests_total[$__rate_interval]))",
                    "{{namespace}}/{{job}}")
                .unit(ChartUnit.PER_SECOND)
                .emptyText(NO_SERVICE),
            new TimeSeriesChart("Errors")
                .query(
                    "(sum by (namespace, job)"
                        + " (rate(http_requests_total{code=~\"5..\"}[$__rate_interval]))"
                        + " or 0 * sum by (namespace, job)"
                        + " (rate(http_requests_total[$__rate_interval])))"
                        + " / (sum by (namespace, job)"
                        + " (rate(http_requests_total[$__rate_interval])) > 0)",
                    "{{namespace}}/{{job}}")
                .unit(ChartUnit.RATIO)
                .emptyText(NO_SERVICE),
            new TimeSeriesChart("Latency, p99")
                .query(
                    "histogram_quantile(0.99, sum by (namespace, job, le)"
                        + " (rate(http_request_duration_seconds_bucket[$__rate_interval])))",
                    "{{namespace}}/{{job}}")
                .unit(ChartUnit.SECONDS)
                .emptyText(NO_SERVICE));
    grid.addClassName("chart-grid");
    return grid;
  }

  private static Div charts() {
    var grid =
        new Div(
            new TimeSeriesChart("CPU by mode")
                .query(
                    "sum by (mode) (rate(node_cpu_seconds_total{mode!=\"idle\"}[$__rate_interval]))"
                        + " / scalar(count(count by (instance, cpu)"
                        + " (node_cpu_seconds_total{mode=\"idle\"})))",
                    "{{mode}}")
                .unit(ChartUnit.RATIO)
                .stacked()
                .emptyText(NO_NODE),
            new TimeSeriesChart("Memory")
                .query(
                    "sum(node_memory_MemTotal_bytes) - sum(node_memory_MemAvailable_bytes)", "used")
                .query("sum(node_memory_MemTotal_bytes)", "total")
                .unit(ChartUnit.BYTES)
                .emptyText(NO_NODE),
            new TimeSeriesChart("Network and disk")
                .query(
                    "sum(rate(node_network_receive_bytes_total{device!=\"lo\"}[$__rate_interval]))",
                    "net in")
                .query(
                    "sum(rate(node_network_transmit_bytes_total{device!=\"lo\"}[$__rate_interval]))",
                    "net out")
                .query("sum(rate(node_disk_read_bytes_total[$__rate_interval]))", "disk read")
                .query("sum(rate(node_disk_written_bytes_total[$__rate_interval]))", "disk write")
                .unit(ChartUnit.BYTES_PER_SECOND)
                .emptyText(NO_NODE),
            new TimeSeriesChart("API requests")
                .query(
                    "sum by (outcome) (rate(mangru_http_requests_total[$__rate_interval]))",
                    "{{outcome}}")
                .unit(ChartUnit.PER_SECOND)
                .emptyText("Mangru has not scraped its own /metrics in this range."));
    grid.addClassName("chart-grid");
    return grid;
  }
}
