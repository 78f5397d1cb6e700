package dev.mangru.dashboard.chart;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.CssImport;
import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.component.dependency.NpmPackage;
import java.util.ArrayList;
import java.util.List;

/// One chart card: a heading, one or more PromQL range queries, a unit.
///
/// The browser fetches the points itself (`/api/ui/range`, binary) for the time range in the
/// address; only the settings below pass through the session.
@Tag("mangru-timeseries")
@NpmPackage(value = "uplot", version = "1.6.32")
@CssImport("uplot/dist/uPlot.min.css")
@JsModule("./mangru/timeseries.js")
public final class TimeSeriesChart extends Component {

  private static final long serialVersionUID = 1L;

  private final List<Query> queries = new ArrayList<>();

  /// Makes a chart without queries.
  ///
  /// @param heading what the chart shows, for people and for screen readers
  public TimeSeriesChart(String heading) {
    getElement().setProperty("heading", heading);
  }

  /// Adds one PromQL range query.
  ///
  /// @param expression PromQL; `$__rate_interval`, `$__interval` and `$__range` are filled in by
  ///   the browser, which knows the step
  /// @param legend the name of each series, with labels as `{{mode}}`; empty shows all labels
  /// @return this chart
  public TimeSeriesChart query(String expression, String legend) {
    queries.add(new Query(expression, legend));
    getElement().setPropertyList("queries", queries);
    return this;
  }

  /// Says how values are written.
  ///
  /// @param unit the unit of the values
  /// @return this chart
  public TimeSeriesChart unit(ChartUnit unit) {
    getElement().setProperty("unit", unit.key());
    return this;
  }

  /// Draws the series as areas on top of each other.
  ///
  /// @return this chart
  public TimeSeriesChart stacked() {
    getElement().setProperty("stacked", true);
    return this;
  }

  /// Fixes the value axis.
  ///
  /// @param low the lowest value shown, inclusive
  /// @param high the highest value shown, inclusive
  /// @return this chart
  public TimeSeriesChart between(double low, double high) {
    getElement().setProperty("low", low);
    getElement().setProperty("high", high);
    return this;
  }

  /// Lets the value axis start where the values do instead of at zero.
  ///
  /// @return this chart
  public TimeSeriesChart floating() {
    getElement().setProperty("floating", true);
    return this;
  }

  /// Draws a horizontal line.
  ///
  /// @param value where, in the chart's unit
  /// @param name what it means, `target` for instance
  /// @return this chart
  public TimeSeriesChart threshold(double value, String name) {
    getElement().setProperty("threshold", value);
    getElement().setProperty("thresholdName", name);
    return this;
  }

  /// What to say while the queries answer with no series.
  ///
  /// @param text one sentence with the way out
  /// @return this chart
  public TimeSeriesChart emptyText(String text) {
    getElement().setProperty("emptyText", text);
    return this;
  }

  /// One PromQL range query of a chart.
  ///
  /// @param expr the expression
  /// @param legend how a series is named
  public record Query(String expr, String legend) implements java.io.Serializable {}
}
