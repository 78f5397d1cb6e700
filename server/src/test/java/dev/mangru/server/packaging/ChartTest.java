package dev.mangru.server.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.mangru.server.config.ConfigFile;
import dev.mangru.server.config.MangruProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.io.FileSystemResource;
import org.springframework.util.unit.DataSize;

/// The Helm chart, held against Helm itself, Pod Security, and the programs that it configures.
class ChartTest {

  private static final String SERVER = "StatefulSet/mangru";
  private static final String AGENT = "DaemonSet/mangru-agent";

  @TempDir Path folder;

  @BeforeAll
  static void helm_is_there() {
    // Where Maven brought no library for this machine, helm-java would fetch one by itself,
    // unchecked.
    System.setProperty("com.marcnuri.jkube-helm.skipRemoteJar", "true");
    try {
      new Helm(Chart.FOLDER).lint();
    } catch (IllegalStateException | LinkageError e) {
      abort("Helm's native library does not load here, so the chart is not tested: " + e);
    }
  }

  @Test
  void helm_has_nothing_to_say_about_the_chart() {
    LintResult result = new Helm(Chart.FOLDER).lint().strict().call();
    assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
  }

  @Test
  void it_makes_a_server_agents_and_roles_for_the_server() {
    assertThat(Chart.with(Map.of()).objects().keySet())
        .containsExactlyInAnyOrder(
            "ServiceAccount/mangru",
            "ConfigMap/mangru",
            "Service/mangru",
            SERVER,
            "ServiceAccount/mangru-agent",
            "ConfigMap/mangru-agent",
            AGENT,
            "NetworkPolicy/mangru",
            "NetworkPolicy/mangru-agent",
            "ClusterRole/mangru-watch",
            "ClusterRoleBinding/mangru-watch",
            "Role/mangru",
            "RoleBinding/mangru");
  }

  @Test
  void the_server_may_only_look_unless_it_replaces_the_hpa_controller() {
    assertThat(verbs(Chart.with(Map.of()))).containsExactlyInAnyOrder("get", "list", "watch");
    assertThat(verbs(Chart.with(Map.of("server.config.autoscaler.workloads", "replace"))))
        .contains("update", "patch", "create")
        .doesNotContain("delete", "*");
  }

  private static Set<Object> verbs(Chart chart) {
    Set<Object> verbs = new HashSet<>();
    Object rules = Chart.at(chart.object("ClusterRole/mangru-watch"), "rules");
    for (Object rule : (List<?>) rules) {
      verbs.addAll((List<?>) Chart.at(rule, "verbs"));
    }
    return verbs;
  }

  @Test
  void an_image_has_to_be_named_and_the_message_says_how_to_build_one() {
    assertThatThrownBy(() -> Chart.bare().call())
        .hasMessageContaining("image.repository is required")
        .hasMessageContaining("helm/Dockerfile");
    assertThatThrownBy(() -> Chart.bare().set("image.repository", "r.example/mangru").call())
        .hasMessageContaining("image.tag or image.digest is required");
  }

  @Test
  void a_digest_wins_over_a_tag() {
    String digest = "sha256:" + "0123456789abcdef".repeat(4);
    Chart chart = Chart.with(Map.of("image.digest", digest));
    assertThat(chart.pods())
        .allSatisfy((_, pod) ->
            assertThat(Chart.at(pod, "containers", 0, "image"))
                .isEqualTo("registry.example.org/mangru@" + digest));
  }

  @Test
  void an_unknown_value_is_refused_by_its_path() {
    assertThatThrownBy(() -> Chart.with(Map.of("server.persistence.sice", "1Gi")))
        .hasMessageContaining("'/server/persistence'")
        .hasMessageContaining("'sice'");
    assertThatThrownBy(() -> Chart.with(Map.of("agent.runtime", "rkt")))
        .hasMessageContaining("/agent/runtime");
  }

  @Test
  void options_that_the_chart_sets_are_refused_by_name() {
    assertThatThrownBy(() -> Chart.with(Map.of("server.config.data", "/elsewhere")))
        .hasMessageContaining("server.config.data is set by the chart");
    assertThatThrownBy(() -> Chart.with(Map.of("server.config.http.port", 9)))
        .hasMessageContaining("server.config.http.port is set by the chart");
    assertThatThrownBy(() -> Chart.with(Map.of("agent.config.root", "/")))
        .hasMessageContaining("agent.config.root is set by the chart");
  }

  @Test
  void the_server_is_restricted_but_for_the_token_that_it_watches_the_cluster_with() {
    assertThat(PodSecurity.broken(pod(Chart.with(Map.of()), SERVER))).containsExactly("token");
  }

  @Test
  void the_agent_is_restricted_but_for_root_and_the_nodes_folders() {
    assertThat(PodSecurity.broken(pod(Chart.with(Map.of()), AGENT)))
        .containsExactlyInAnyOrder(
            "runAsNonRoot",
            "runAsUser 0",
            "volume positions is a hostPath",
            "volume proc is a hostPath",
            "volume sys is a hostPath",
            "volume cgroup is a hostPath",
            "volume log is a hostPath",
            "volume runtime is a hostPath");
  }

  @Test
  void capabilities_are_added_only_when_asked_for() {
    Chart chart = Chart.with(Map.of("agent.capabilities[0]", "SYS_PTRACE"));
    assertThat(PodSecurity.broken(pod(chart, AGENT))).contains("capabilities added: [SYS_PTRACE]");
    assertThatThrownBy(() -> Chart.with(Map.of("agent.capabilities[0]", "SYS_ADMIN")))
        .hasMessageContaining("/agent/capabilities");
  }

  @Test
  void the_nodes_folders_are_mounted_read_only_but_for_the_positions() {
    for (String runtime : List.of("containerd", "k3s", "cri-o", "docker", "none")) {
      Map<String, Object> pod = pod(Chart.with(Map.of("agent.runtime", runtime)), AGENT);
      Set<Object> ofNode =
          Chart.maps(pod, "volumes").stream()
              .filter(volume -> volume.containsKey("hostPath"))
              .map(volume -> volume.get("name"))
              .collect(Collectors.toSet());
      Map<String, Object> container = Chart.map(Chart.at(pod, "containers", 0));
      List<String> writable =
          Chart.maps(container, "volumeMounts").stream()
              .filter(mount -> ofNode.contains(mount.get("name")))
              .filter(mount -> !Boolean.TRUE.equals(mount.get("readOnly")))
              .map(mount -> String.valueOf(mount.get("mountPath")))
              .toList();
      assertThat(writable).containsExactly("/var/lib/mangru-agent");
    }
  }

  @Test
  void every_mount_has_its_volume_and_every_volume_is_mounted() {
    for (String runtime : List.of("containerd", "docker", "none")) {
      Chart chart = Chart.with(Map.of("agent.runtime", runtime, "agent.hostRoot", true));
      chart
          .pods()
          .forEach((owner, pod) -> {
            Set<Object> volumes = names(Chart.maps(pod, "volumes"));
            Map<String, Object> spec = Chart.map(Chart.at(chart.object(owner), "spec"));
            for (Map<String, Object> claim : Chart.maps(spec, "volumeClaimTemplates")) {
              volumes.add(Chart.at(claim, "metadata", "name"));
            }
            Map<String, Object> container = Chart.map(Chart.at(pod, "containers", 0));
            assertThat(names(Chart.maps(container, "volumeMounts"))).as(owner).isEqualTo(volumes);
          });
    }
  }

  @Test
  void folders_are_read_only_all_the_way_down_where_kubernetes_can() {
    assertThat(mount(Chart.with("1.33.0", Map.of()), "/host/sys"))
        .containsEntry("recursiveReadOnly", "IfPossible");
    assertThat(mount(Chart.with("1.29.0", Map.of()), "/host/sys"))
        .doesNotContainKey("recursiveReadOnly")
        .containsEntry("readOnly", true);
    assertThatThrownBy(() -> Chart.with("1.28.0", Map.of())).hasMessageContaining("1.28.0");
  }

  @Test
  void probes_come_with_a_host_that_the_server_answers_to() {
    Map<String, Object> container =
        Chart.map(Chart.at(pod(Chart.with(Map.of()), SERVER), "containers", 0));
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertThat(Chart.at(container, probe, "httpGet", "httpHeaders"))
          .isEqualTo(List.of(Map.of("name", "Host", "value", "localhost")));
    }
    assertThat(Chart.at(container, "livenessProbe", "httpGet", "path")).isEqualTo("/-/healthy");
    assertThat(Chart.at(container, "readinessProbe", "httpGet", "path")).isEqualTo("/-/ready");
  }

  @Test
  void only_agents_and_who_is_listed_reach_the_server() {
    Map<String, String> listed =
        Map.of(
            "networkPolicy.allowFrom[0].namespaceSelector.matchLabels.team",
            "grafana",
            "server.hosts[0]",
            "mangru.example.org");
    Object peers =
        Chart.at(Chart.with(listed).object("NetworkPolicy/mangru"), "spec", "ingress", 0, "from");
    assertThat(peers)
        .isEqualTo(
            List.of(
                Map.of("podSelector", Map.of("matchLabels", labels("agent"))),
                Map.of("namespaceSelector", Map.of("matchLabels", Map.of("team", "grafana")))));
    Map<String, Object> agent = Chart.with(listed).object("NetworkPolicy/mangru-agent");
    assertThat(Chart.at(agent, "spec", "ingress")).isEqualTo(List.of());
  }

  @Test
  void selectors_find_the_pods_that_they_are_meant_for() {
    Chart chart = Chart.with(Map.of());
    for (String part : List.of("server", "agent")) {
      Map<String, Object> owner = chart.object(part.equals("server") ? SERVER : AGENT);
      assertThat(Chart.at(owner, "spec", "selector", "matchLabels")).isEqualTo(labels(part));
      assertThat(Chart.map(Chart.at(owner, "spec", "template", "metadata", "labels")))
          .containsAllEntriesOf(labels(part));
    }
    assertThat(Chart.at(chart.object("Service/mangru"), "spec", "selector"))
        .isEqualTo(labels("server"));
  }

  @Test
  void the_server_knows_every_key_of_its_configuration() throws IOException {
    MangruProperties bound = bind(Chart.with(Map.of()));
    assertThat(bound.http().address()).isEqualTo("0.0.0.0");
    assertThat(bound.http().port()).isEqualTo(8080);
    assertThat(bound.http().allowRemote()).isTrue();
    assertThat(bound.http().allowedHosts())
        .containsExactly(
            "mangru", "mangru.watch", "mangru.watch.svc", "mangru.watch.svc.cluster.local");
    assertThat(bound.data()).isEqualTo(Path.of("/data"));
    assertThat(bound.agent().enabled()).isFalse();
  }

  @Test
  void a_key_that_the_server_does_not_know_is_found() {
    Chart mistyped = Chart.with(Map.of("server.config.http.max-bodi", "8MB"));
    assertThatThrownBy(() -> bind(mistyped))
        .isInstanceOf(BindException.class)
        .hasStackTraceContaining("mangru.http.max-bodi");
  }

  @Test
  void the_users_options_reach_the_server() throws IOException {
    Path values = folder.resolve("values.yaml");
    Files.writeString(
        values,
        """
        image: {repository: r.example/mangru, tag: "1"}
        server:
          hosts: [mangru.example.org]
          config:
            http: {max-body: 8MB}
            metrics: {max-series: 12345678}
            objectives:
              - {name: checkout, target: 0.999, condition: 'up{job="checkout"} == 1'}
        """);
    MangruProperties bound = bind(Chart.with(values));
    assertThat(bound.http().maxBody()).isEqualTo(DataSize.ofMegabytes(8));
    assertThat(bound.http().allowedHosts()).contains("mangru.watch.svc", "mangru.example.org");
    assertThat(bound.metrics().maxSeries()).isEqualTo(12_345_678);
    assertThat(bound.objectives().getFirst().condition()).isEqualTo("up{job=\"checkout\"} == 1");
  }

  @Test
  void the_agent_takes_its_configuration() throws IOException, InterruptedException {
    Chart chart = Chart.with(Map.of("agent.config.interval", "5s"));
    assertThat(chart.text("ConfigMap/mangru-agent", "agent.yaml")).contains("bytes: 16777216");
    assertThat(checkConfig(chart))
        .contains("the configuration is good: http://mangru.watch.svc:8080 as node-7");
    assertThat(checkConfig(Chart.with(Map.of("agent.config.intervall", "5s"))))
        .contains("intervall");
  }

  @Test
  void agents_alone_need_to_know_where_to_send_to() {
    assertThatThrownBy(() -> Chart.with(Map.of("server.enabled", false)))
        .hasMessageContaining("agent.server is required");
    Map<String, ?> elsewhere =
        Map.of("server.enabled", false, "agent.server", "http://mangru.other.svc:8080");
    assertThatThrownBy(() -> Chart.with(elsewhere))
        .hasMessageContaining("networkPolicy.agentEgress is required");
  }

  private static Map<String, Object> pod(Chart chart, String owner) {
    return Chart.map(Chart.at(chart.pods(), owner));
  }

  private static Map<String, Object> mount(Chart chart, String path) {
    Map<String, Object> container = Chart.map(Chart.at(pod(chart, AGENT), "containers", 0));
    return Chart.maps(container, "volumeMounts").stream()
        .filter(mount -> path.equals(mount.get("mountPath")))
        .findFirst()
        .orElseThrow();
  }

  private static Set<Object> names(List<Map<String, Object>> maps) {
    return maps.stream().map(map -> map.get("name")).collect(Collectors.toSet());
  }

  private static Map<String, Object> labels(String component) {
    return Map.of(
        "app.kubernetes.io/name", "mangru",
        "app.kubernetes.io/instance", "mangru",
        "app.kubernetes.io/component", component);
  }

  /// As the server reads it: nothing but `mangru` at the top, and no key that it does not know.
  private MangruProperties bind(Chart chart) throws IOException {
    Path file = folder.resolve("mangru.yaml");
    Files.writeString(file, chart.text("ConfigMap/mangru", "mangru.yaml"));
    ConfigFile.check(file);
    MutablePropertySources sources = new MutablePropertySources();
    new YamlPropertySourceLoader()
        .load("chart", new FileSystemResource(file))
        .forEach(sources::addLast);
    return new Binder(ConfigurationPropertySources.from(sources))
        .bind(
            "mangru",
            Bindable.of(MangruProperties.class),
            new NoUnboundElementsBindHandler(BindHandler.DEFAULT))
        .get();
  }

  /// What the agent itself says about its configuration.
  private String checkConfig(Chart chart) throws IOException, InterruptedException {
    Path file = folder.resolve("agent.yaml");
    Files.writeString(file, chart.text("ConfigMap/mangru-agent", "agent.yaml"));
    ProcessBuilder agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "dev.mangru.collector.agent.AgentMain",
                "--config",
                file.toString(),
                "--check-config")
            .redirectErrorStream(true);
    agent.environment().put("NODE_NAME", "node-7");
    agent.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = agent.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(said).isTrue();
    return said;
  }
}
