package dev.mangru.autoscaler.playground.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mangru.autoscaler.playground.store.StoreOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/// The real kubectl, in every version that is on this machine, over HTTPS with a token.
final class KubectlTest {

  private static final String NONE = "no kubectl on this machine";

  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        labels: {app: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: main
              image: web:1
              resources: {requests: {cpu: 100m}}
      """;

  @TempDir Path folder;

  private TestApi api;
  private String kubectl;

  /// A finished command.
  private record Run(int exit, String out) {}

  static List<String> kubectls() {
    List<Path> places = new ArrayList<>();
    Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .map(Path::of)
        .forEach(places::add);
    String peers = System.getenv("MANGRU_PEERS");
    if (peers != null) {
      places.add(Path.of(peers, "usr", "bin"));
    }
    List<String> found =
        places.stream()
            .map(place -> place.resolve("kubectl"))
            .filter(Files::isExecutable)
            .map(KubectlTest::real)
            .distinct()
            .toList();
    return found.isEmpty() ? List.of(NONE) : found;
  }

  private static String real(Path path) {
    try {
      return path.toRealPath().toString();
    } catch (IOException e) {
      return path.toString();
    }
  }

  private void start(String binary) throws Exception {
    assumeTrue(
        !binary.equals(NONE),
        "install kubectl, or set MANGRU_PEERS to where peers are, to run this test");
    kubectl = binary;
    SelfSignedCertificate certificate = SelfSignedCertificate.make(Instant.now());
    api =
        new TestApi(
            StoreOptions.DEFAULTS,
            how ->
                how.tls(certificate.context(), 0)
                    .token("sesame")
                    .metrics(USAGE)
                    .logs(new OneLine()));
    new Kubeconfig(
            api.server.tlsUrl().orElseThrow(),
            "default",
            Optional.of(certificate.pem()),
            Optional.of("sesame"))
        .write(folder.resolve("kubeconfig"));
  }

  @AfterEach
  void stop() throws IOException {
    if (api != null) {
      api.close();
    }
  }

  private static final MetricsSource USAGE =
      new MetricsSource() {
        @Override
        public Optional<Sample> node(String name) {
          return sample("");
        }

        @Override
        public Optional<Sample> pod(String namespace, String name) {
          return sample("main");
        }

        private static Optional<Sample> sample(String container) {
          return Optional.of(
              new Sample(
                  Instant.EPOCH,
                  Duration.ofSeconds(30),
                  List.of(new Usage(container, 0.5, 64 << 20))));
        }
      };

  private static final class OneLine implements PodLogs {
    @Override
    public List<Line> lines(String namespace, String pod, String container, long after, int limit) {
      return after > 0 ? List.of() : List.of(new Line(1, Instant.EPOCH, "hello from " + pod));
    }

    @Override
    public boolean writing(String namespace, String pod, String container) {
      return false;
    }
  }

  private ProcessBuilder command(String... arguments) {
    List<String> line = new ArrayList<>(List.of(kubectl));
    line.addAll(List.of(arguments));
    ProcessBuilder command = new ProcessBuilder(line).redirectErrorStream(true);
    command.directory(folder.toFile());
    command.environment().put("KUBECONFIG", folder.resolve("kubeconfig").toString());
    command.environment().put("HOME", folder.toString());
    return command;
  }

  private static Run finish(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("kubectl ends").isTrue();
    return new Run(process.exitValue(), out);
  }

  /// Runs kubectl, which must succeed.
  private String ok(String... arguments) throws IOException, InterruptedException {
    Run run = finish(command(arguments).start());
    assertThat(run.exit()).as("kubectl %s: %s", String.join(" ", arguments), run.out()).isZero();
    return run.out();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private void node(String name) {
    api.store.create(
        "nodes",
        TestApi.tree(
            "{'apiVersion':'v1','kind':'Node','metadata':{'name':'%s'},'spec':{},'status':{'capacity':{'cpu':'4','memory':'8Gi','pods':'110'},'allocatable':{'cpu':'4','memory':'8Gi','pods':'110'},'conditions':[{'type':'Ready','status':'True'}],'nodeInfo':{'kubeletVersion':'v1.34.0'}}}"
                .formatted(name)));
  }

  private void pod(String name, String node) throws Exception {
    ok("run", name, "--image=web:1", "--labels=app=web", "--restart=Never");
    api.run("default", name, node);
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void it_applies_shows_scales_edits_and_deletes(String binary) throws Exception {
    start(binary);
    String web = file("web.yaml", WEB).toString();
    assertThat(ok("apply", "-f", web)).contains("deployment.apps/web created");
    assertThat(ok("apply", "-f", web)).contains("unchanged");
    file("web.yaml", WEB.replace("web:1", "web:2"));
    assertThat(ok("apply", "-f", web)).contains("configured");
    assertThat(ok("apply", "--server-side", "--force-conflicts", "-f", web))
        .contains("serverside-applied");
    assertThat(ok("get", "deploy", "-o", "wide"))
        .containsPattern("NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR")
        .containsPattern("web +0/2 +0 +0 +\\d+s +main +web:2 +app=web");
    assertThat(ok("scale", "deploy/web", "--replicas=5")).contains("scaled");
    assertThat(
            ok(
                "patch",
                "deploy",
                "web",
                "-p",
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}]}}}}"))
        .contains("patched");
    assertThat(
            ok(
                "patch",
                "deploy",
                "web",
                "--type=json",
                "-p",
                "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":6}]"))
        .contains("patched");
    assertThat(ok("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}")).isEqualTo("6");
    ProcessBuilder edit = command("edit", "deploy", "web");
    edit.environment().put("EDITOR", "sed -i s/web:2/web:3/");
    Run edited = finish(edit.start());
    assertThat(edited.out()).contains("deployment.apps/web edited");
    assertThat(ok("describe", "deploy", "web")).contains("web:3", "6 desired");
    assertThat(ok("get", "deploy", "web", "-o", "yaml")).contains("kind: Deployment");
    assertThat(
            ok(
                "diff",
                "-f",
                file("same.yaml", ok("get", "deploy", "web", "-o", "yaml")).toString()))
        .isEmpty();
    assertThat(ok("delete", "deploy", "web")).contains("deleted");
    Run gone = finish(command("get", "deploy", "web").start());
    assertThat(gone.exit()).isEqualTo(1);
    assertThat(gone.out()).contains("(NotFound): deployments.apps \"web\" not found");
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void it_replaces_and_says_which_kind_nobody_serves(String binary) throws Exception {
    start(binary);
    String web = file("web.yaml", WEB).toString();
    ok("create", "-f", web);
    assertThat(ok("replace", "-f", web)).contains("deployment.apps/web replaced");
    for (String version : List.of("v1", "apps/v1", "example.dev/v1")) {
      String other =
          file("other.yaml", "apiVersion: %s\nkind: Foo\nmetadata: {name: a}\n".formatted(version))
              .toString();
      Run applied = finish(command("apply", "-f", other).start());
      assertThat(applied.exit()).isEqualTo(1);
      assertThat(applied.out())
          .contains("no matches for kind \"Foo\" in version \"" + version + "\"");
    }
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void it_creates_what_it_sends_as_protobuf(String binary) throws Exception {
    start(binary);
    ok("create", "deployment", "web", "--image=web:1", "--replicas=3", "--port=8080");
    assertThat(api.store.get("apps/deployments", "default", "web").at("/spec/replicas").asInt())
        .isEqualTo(3);
    ok("autoscale", "deployment", "web", "--min=2", "--max=9", "--cpu-percent=60");
    assertThat(ok("get", "hpa"))
        .containsPattern("NAME +REFERENCE +TARGETS +MINPODS +MAXPODS +REPLICAS +AGE")
        .containsPattern("web +Deployment/web +cpu: <unknown>/60% +2 +9 +0 +\\d+s");
    assertThat(ok("describe", "hpa", "web")).contains("resource cpu on pods", "/ 60%");
    ok("create", "configmap", "c", "--from-literal=a=b");
    ok("create", "secret", "generic", "s", "--from-literal=k=v");
    ok("create", "namespace", "team");
    ok("create", "pdb", "web", "--selector=app=web", "--min-available=1");
    ok("expose", "deployment", "web", "--port=80", "--target-port=8080");
    assertThat(ok("get", "svc,cm,secret,pdb,deploy,hpa", "-A"))
        .contains("10.96.0.10", "80/TCP", "Opaque", "poddisruptionbudget.policy/web");
    assertThat(ok("get", "secret", "s", "-o", "jsonpath={.data.k}")).isEqualTo("dg==");
    assertThat(ok("delete", "namespace", "team")).contains("deleted");
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void it_reads_logs_usage_documentation_and_versions(String binary) throws Exception {
    start(binary);
    node("n1");
    pod("one", "n1");
    assertThat(ok("logs", "one")).isEqualTo("hello from one\n");
    assertThat(ok("logs", "-f", "--timestamps", "one"))
        .isEqualTo("1970-01-01T00:00:00Z hello from one\n");
    Run previous = finish(command("logs", "one", "--previous").start());
    assertThat(previous.out())
        .contains("previous terminated container \"one\" in pod \"one\" not found");
    api.store.mutate(
        "pods",
        "default",
        "one",
        pod -> {
          ObjectNode container =
              pod.withObject("/status").putArray("containerStatuses").addObject();
          container.put("name", "one").put("restartCount", 1).put("ready", true);
          return pod;
        });
    previous = finish(command("logs", "one", "--previous").start());
    assertThat(previous.exit()).isEqualTo(1);
    assertThat(previous.out()).contains("read it without --previous");
    assertThat(ok("top", "pods")).containsPattern("one +500m +64Mi");
    assertThat(ok("top", "nodes")).containsPattern("n1 +500m +12% +64Mi +0%");
    assertThat(ok("describe", "node", "n1")).containsPattern("default +one");
    assertThat(ok("describe", "pod", "one")).contains("Running");
    assertThat(ok("explain", "deployment.spec.replicas")).contains("replicas <integer>");
    assertThat(ok("api-resources")).contains("horizontalpodautoscalers", "leases");
    assertThat(ok("version")).contains("mangru-playground");
    assertThat(ok("auth", "can-i", "delete", "pods")).contains("yes");
    assertThat(ok("get", "nodes,pods,hpa", "-A")).contains("node/n1", "pod/one");
    assertThat(ok("get", "pods", "-A", "--field-selector=spec.nodeName=n1", "-o", "name"))
        .isEqualTo("pod/one\n");
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void it_drains_a_node(String binary) throws Exception {
    start(binary);
    node("n1");
    pod("one", "n1");
    Process drain =
        command("drain", "n1", "--force", "--ignore-daemonsets", "--timeout=50s").start();
    while (drain.isAlive()) {
      api.endPods();
      drain.waitFor(100, TimeUnit.MILLISECONDS);
    }
    Run drained = finish(drain);
    assertThat(drained.exit()).as(drained.out()).isZero();
    assertThat(drained.out()).contains("node/n1 cordoned", "pod/one evicted", "node/n1 drained");
    assertThat(ok("get", "nodes")).contains("Ready,SchedulingDisabled");
    assertThat(ok("uncordon", "n1")).contains("uncordoned");
    ok("taint", "node", "n1", "a=b:NoSchedule");
    assertThat(ok("delete", "node", "n1")).contains("deleted");
  }

  @ParameterizedTest
  @MethodSource("kubectls")
  void it_follows_changes(String binary) throws Exception {
    start(binary);
    Path seen = folder.resolve("seen.txt");
    Process watch = command("get", "pods", "-w").redirectOutput(seen.toFile()).start();
    try {
      while (api.server.openWatches() == 0) {
        watch.waitFor(20, TimeUnit.MILLISECONDS);
      }
      pod("one", "n1");
      ok("delete", "pod", "one", "--wait=false");
      api.endPods();
      for (int i = 0; i < 200 && Files.readAllLines(seen).size() < 5; i++) {
        watch.waitFor(50, TimeUnit.MILLISECONDS);
      }
    } finally {
      watch.destroy();
    }
    assertThat(Files.readString(seen))
        .containsPattern("one +0/1 +Pending")
        .containsPattern("one +1/1 +Running")
        .containsPattern("one +1/1 +Terminating");
    ok("create", "deployment", "web", "--image=web:1");
    api.store.mutate(
        "apps/deployments",
        "default",
        "web",
        o -> {
          ObjectNode status = o.putObject("status");
          status.putArray("conditions").addObject().put("type", "Available").put("status", "True");
          return o;
        });
    assertThat(ok("wait", "--for=condition=Available", "deploy/web", "--timeout=20s"))
        .contains("condition met");
  }
}
