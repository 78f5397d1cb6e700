package dev.mangru.autoscaler.playground.sim.page;

import dev.mangru.autoscaler.playground.sim.node.ContainerRun;
import dev.mangru.autoscaler.playground.sim.traffic.Histogram;
import dev.mangru.autoscaler.playground.sim.traffic.PodLoad;

/// What a service says of itself at `/metrics`.
final class ApplicationPage {

  private static final double MILLI = 1000;

  private ApplicationPage() {}

  static byte[] write(ContainerRun container, PodLoad load) {
    PageWriter page = new PageWriter();
    page.family("http_requests_total", "counter", "Requests answered, by status code and method.");
    load.answers()
        .forEach((key, count) ->
            page.sample(
                PageWriter.labels("code", Integer.toString(key.code()), "method", key.method()),
                count));
    page.family(
        "http_request_duration_seconds",
        "histogram",
        "Time from taking a request in to answering it; refused requests are not taken in.");
    Histogram histogram = load.histogram();
    for (int i = 0; i < Histogram.bounds(); i++) {
      page.sample(
          "_bucket", PageWriter.labels("le", bound(Histogram.bound(i))), histogram.within(i));
    }
    page.sample("_bucket", "le=\"+Inf\"", histogram.count());
    page.sample("_sum", "", histogram.sum());
    page.sample("_count", "", histogram.count());
    page.family("http_requests_in_flight", "gauge", "Requests waiting or being worked on.")
        .sample("", load.inFlight());
    page.family(
            "process_cpu_seconds_total",
            "counter",
            "Total user and system CPU time spent in seconds.")
        .sample("", container.cpuSeconds());
    page.family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.")
        .sample("", container.memoryBytes());
    page.family(
            "process_start_time_seconds",
            "gauge",
            "Start time of the process since unix epoch in seconds.")
        .sample("", container.started().toEpochMilli() / MILLI);
    return page.bytes();
  }

  private static String bound(double seconds) {
    return seconds == Math.rint(seconds) ? Long.toString((long) seconds) : Double.toString(seconds);
  }
}
