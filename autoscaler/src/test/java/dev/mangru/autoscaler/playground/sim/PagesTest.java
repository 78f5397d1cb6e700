package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mangru.autoscaler.playground.api.MetricsSource;
import dev.mangru.autoscaler.playground.api.ProxyPages;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.sim.cluster.Pods;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class PagesTest {

  private static final Pattern SAMPLE =
      Pattern.compile("([a-z_]+)(?:\\{((?:[a-z_]+=\"[^\"]*\",?)*)\\})? (-?[0-9.]+(?:E-?[0-9]+)?)");

  private Bench bench;

  @BeforeEach
  void run() {
    bench = new Bench(Scenarios.shipped("flash-sale"), 1).seconds(58);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private Optional<ProxyPages.Page> get(
      String resource, String namespace, String name, String port, String path) {
    return bench
        .simulation
        .pages()
        .get(new ProxyPages.Target(resource, namespace, name, port, path, ""));
  }

  private String text(String resource, String namespace, String name, String path) {
    ProxyPages.Page page = get(resource, namespace, name, "", path).orElseThrow();
    assertThat(page.status()).isEqualTo(200);
    return new String(page.body(), StandardCharsets.UTF_8);
  }

  /// Samples by name and labels; checks the format on the way.
  private static Map<String, Double> samples(String page) {
    Map<String, Double> samples = new HashMap<>();
    Set<String> families = new HashSet<>();
    String family = "";
    for (String line : page.lines().toList()) {
      if (line.startsWith("# HELP ")) {
        family = line.split(" ", -1)[2];
        assertThat(families.add(family)).as("family %s comes once", family).isTrue();
      } else if (line.startsWith("# TYPE ")) {
        assertThat(line.split(" ", -1)[2]).isEqualTo(family);
        assertThat(line.split(" ", -1)[3]).isIn("counter", "gauge", "histogram");
      } else {
        Matcher matcher = SAMPLE.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        assertThat(matcher.group(1)).startsWith(family);
        String key = line.substring(0, line.lastIndexOf(' '));
        assertThat(samples.put(key, Double.parseDouble(matcher.group(3)))).as(key).isNull();
      }
    }
    assertThat(samples).isNotEmpty();
    return samples;
  }

  private ObjectNode web() {
    return bench.pods("web-").getFirst();
  }

  @Test
  void cadvisor_has_a_row_for_container_sandbox_pod_and_machine() {
    ObjectNode pod = web();
    Map<String, Double> samples = samples(text("nodes", "", Pods.node(pod), "/metrics/cadvisor"));
    String uid = Fields.uid(pod);
    String owner = "namespace=\"shop\",pod=\"" + Fields.name(pod) + "\"";
    List<String> cpu =
        samples.keySet().stream()
            .filter(
                key -> key.startsWith("container_cpu_usage_seconds_total{") && key.contains(owner))
            .sorted()
            .toList();
    assertThat(cpu).hasSize(2);
    assertThat(cpu.get(0))
        .startsWith(
            "container_cpu_usage_seconds_total{container=\"web\",cpu=\"total\","
                + "id=\"/kubepods/burstable/pod"
                + uid
                + "/")
        .contains("image=\"registry.shop.example/web:1.4.2\",name=\"")
        .endsWith(owner + "}");
    assertThat(cpu.get(1))
        .isEqualTo(
            "container_cpu_usage_seconds_total{cpu=\"total\",id=\"/kubepods/burstable/pod"
                + uid
                + "\","
                + owner
                + "}");
    assertThat(samples).containsKey("container_cpu_usage_seconds_total{cpu=\"total\",id=\"/\"}");
    assertThat(samples.keySet())
        .anyMatch(key ->
            key.startsWith("container_network_receive_bytes_total{id=")
                && key.contains("interface=\"eth0\"")
                && key.contains(owner))
        .anyMatch(key ->
            key.startsWith("container_memory_working_set_bytes{container=\"web\",id=")
                && key.contains(owner))
        .anyMatch(key -> key.startsWith("container_cpu_cfs_throttled_periods_total{container"));
    assertThat(samples).containsEntry("machine_cpu_cores", 4.0);
    assertThat(samples).containsEntry("machine_memory_bytes", (double) (8L << 30));
  }

  @Test
  void counters_only_rise_and_cpu_stays_within_limits() {
    String node = Pods.node(web());
    Map<String, Double> before = samples(text("nodes", "", node, "/metrics/cadvisor"));
    bench.seconds(10);
    Map<String, Double> after = samples(text("nodes", "", node, "/metrics/cadvisor"));
    double cores = 0;
    for (Map.Entry<String, Double> sample : before.entrySet()) {
      String name = sample.getKey();
      if (name.contains("_total{")) {
        assertThat(after.get(name)).as(name).isGreaterThanOrEqualTo(sample.getValue());
      }
      if (name.startsWith("container_cpu_usage_seconds_total{container=\"web\"")) {
        cores = (after.get(name) - sample.getValue()) / 10;
      }
    }
    // In the middle of the sale a pod uses all of its limit of one core.
    assertThat(cores).isBetween(0.97, 1.0001);
  }

  @Test
  void a_service_tells_its_requests_and_latencies() {
    Map<String, Double> samples = samples(text("pods", "shop", Fields.name(web()), "/metrics"));
    assertThat(samples.get("http_requests_total{code=\"200\",method=\"GET\"}")).isGreaterThan(1000);
    assertThat(samples.get("http_requests_total{code=\"200\",method=\"POST\"}")).isGreaterThan(100);
    assertThat(samples.get("http_requests_total{code=\"503\",method=\"GET\"}")).isPositive();
    assertThat(samples.get("http_requests_in_flight")).isPositive();
    double last = 0;
    for (String bound :
        List.of(
            "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10",
            "+Inf")) {
      double within = samples.get("http_request_duration_seconds_bucket{le=\"" + bound + "\"}");
      assertThat(within).isGreaterThanOrEqualTo(last);
      last = within;
    }
    assertThat(samples.get("http_request_duration_seconds_count")).isEqualTo(last);
    assertThat(samples.get("http_request_duration_seconds_sum") / last).isBetween(0.02, 2.0);
  }

  @Test
  void only_the_right_port_and_path_answer() {
    String pod = Fields.name(web());
    assertThat(get("pods", "shop", pod, "8080", "/metrics")).isPresent();
    assertThat(get("pods", "shop", pod, "9090", "/metrics")).isEmpty();
    assertThat(get("pods", "shop", pod, "8080", "/nothing").orElseThrow().status()).isEqualTo(404);
    assertThat(get("pods", "shop", pod, "8080", "/readyz").orElseThrow().status()).isEqualTo(200);
    assertThat(get("services", "shop", "web", "http", "/metrics")).isPresent();
    assertThat(get("services", "shop", "nobody", "", "/metrics")).isEmpty();
    assertThat(get("pods", "kube-system", "nobody", "", "/metrics")).isEmpty();
    assertThat(get("nodes", "", "nobody", "", "/metrics/cadvisor")).isEmpty();
  }

  @Test
  void resource_page_and_metrics_api_agree() {
    ObjectNode pod = web();
    String name = Fields.name(pod);
    Map<String, Double> samples = samples(text("nodes", "", Pods.node(pod), "/metrics/resource"));
    assertThat(samples)
        .containsKey("node_cpu_usage_seconds_total")
        .containsKey("pod_memory_working_set_bytes{namespace=\"shop\",pod=\"" + name + "\"}")
        .containsKey(
            "container_cpu_usage_seconds_total{container=\"web\",namespace=\"shop\",pod=\""
                + name
                + "\"}");
    bench.seconds(40);
    MetricsSource.Sample sample = bench.simulation.metrics().pod("shop", name).orElseThrow();
    assertThat(sample.window().toSeconds()).isEqualTo(15);
    assertThat(sample.containers()).hasSize(1);
    assertThat(sample.containers().getFirst().cpuCores()).isCloseTo(1, within(0.03));
    MetricsSource.Sample node = bench.simulation.metrics().node(Pods.node(pod)).orElseThrow();
    assertThat(node.containers().getFirst().cpuCores()).isBetween(1.0, 4.0);
    assertThat(bench.simulation.metrics().node("nobody")).isEmpty();
  }

  @Test
  void the_kubelet_page_names_its_node() {
    String node = Pods.node(web());
    assertThat(samples(text("nodes", "", node, "/metrics")))
        .containsEntry("kubelet_node_name{node=\"" + node + "\"}", 1.0);
  }
}
