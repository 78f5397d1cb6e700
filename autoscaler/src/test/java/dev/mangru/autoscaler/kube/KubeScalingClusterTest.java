package dev.mangru.autoscaler.kube;

import static dev.mangru.autoscaler.kube.Cluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.control.AutoscalerMetrics;
import dev.mangru.autoscaler.control.HorizontalAutoscaler;
import dev.mangru.autoscaler.control.HorizontalAutoscaler.Mode;
import dev.mangru.autoscaler.control.HorizontalAutoscaler.PassSummary;
import dev.mangru.autoscaler.control.HpaSettings;
import dev.mangru.autoscaler.control.Scale;
import dev.mangru.autoscaler.control.ScaleReading;
import dev.mangru.autoscaler.control.ScalingCluster.WriteResult;
import dev.mangru.autoscaler.control.TargetRef;
import dev.mangru.autoscaler.journal.DecisionJournal;
import dev.mangru.autoscaler.journal.JournalOptions;
import dev.mangru.autoscaler.playground.api.Faults.Effect;
import dev.mangru.autoscaler.playground.store.DeleteOptions;
import dev.mangru.autoscaler.signal.PodMetrics;
import dev.mangru.autoscaler.signal.SignalOptions;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.MetricQuery;
import dev.mangru.model.metric.QueryResult;
import dev.mangru.model.metric.QueryValue;
import dev.mangru.model.scale.Decision;
import dev.mangru.model.scale.DecisionLog;
import dev.mangru.model.testkit.CrashDisk;
import dev.mangru.model.time.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class KubeScalingClusterTest {

  private static final TargetRef WEB = new TargetRef("apps/v1", "Deployment", "web");
  private static final String WEB_JSON =
      "{'apiVersion':'apps/v1','kind':'Deployment','name':'web'}";
  private static final String CPU_50 =
      ",'metrics':[{'type':'Resource','resource':{'name':'cpu','target':"
          + "{'type':'Utilization','averageUtilization':50}}}]";

  /// Cores by pod, fresh at every time.
  private static final class Usage implements MetricQuery {
    final Map<String, Double> cores = new TreeMap<>();

    @Override
    public QueryResult instant(String expression, long timeMs, Options options) {
      boolean times = expression.contains("timestamp(");
      List<QueryValue.Sample> samples = new ArrayList<>();
      if (expression.contains("container_cpu_usage_seconds_total")) {
        cores.forEach((pod, value) ->
            samples.add(
                new QueryValue.Sample(
                    Labels.of("pod", pod, "container", "app"),
                    timeMs,
                    times ? timeMs / 1_000.0 : value)));
      }
      return new QueryResult(new QueryValue.Vector(samples), List.of(), List.of(), 0);
    }

    @Override
    public QueryResult range(String e, long startMs, long endMs, long stepMs, Options options) {
      throw new MangruException(ErrorCode.INTERNAL, "nobody asks for ranges here");
    }
  }

  private final Usage usage = new Usage();
  private Cluster cluster;
  private KubeScalingCluster kube;
  private DecisionJournal journal;
  private HorizontalAutoscaler autoscaler;

  @BeforeEach
  void start() throws IOException {
    cluster = new Cluster();
    kube = new KubeScalingCluster(cluster.client, cluster.clock);
    CrashDisk disk = new CrashDisk(1);
    journal = DecisionJournal.open(disk, disk.root().resolve("journal"), JournalOptions.defaults());
    autoscaler =
        new HorizontalAutoscaler(
            kube,
            new PodMetrics(usage, SignalOptions.defaults()),
            journal,
            new AutoscalerMetrics(new SimpleMeterRegistry()),
            HpaSettings.defaults(),
            Mode.REPLACE,
            "playground",
            Ticker.SYSTEM,
            () -> true);
    eventually("the cluster is listed", () -> kube.problem(Cluster.START) == null);
  }

  @AfterEach
  void stop() throws IOException {
    kube.close();
    journal.close();
    cluster.close();
  }

  private void web(int replicas, double cores) {
    cluster.deployment("web", replicas);
    for (int i = 0; i < replicas; i++) {
      cluster.pod("web", i);
      usage.cores.put("web-" + i, cores);
    }
    eventually(
        "the pods are seen",
        () ->
            kube.pods("shop").stream().filter(pod -> pod.readiness() != null).count() == replicas);
  }

  private void seen(String name) {
    String version = cluster.autoscaler(name).path("metadata").path("resourceVersion").asString();
    eventually(
        name + " is seen",
        () ->
            kube.hpas().stream()
                .anyMatch(hpa -> hpa.name().equals(name) && hpa.resourceVersion().equals(version)));
  }

  private PassSummary pass() {
    return autoscaler.pass(cluster.clock.instant());
  }

  private Decision newest() {
    return journal
        .find(
            new DecisionLog.Query(
                null, null, null, Instant.MIN, Instant.MAX, false, Long.MAX_VALUE, 1))
        .getFirst()
        .decision();
  }

  @Test
  void load_is_followed_through_the_real_api() {
    web(3, 0.9);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    seen("web");
    PassSummary summary = pass();
    assertThat(summary.problem()).isNull();
    assertThat(cluster.replicas("web")).isEqualTo(6);
    JsonNode status = cluster.autoscaler("web").path("status");
    assertThat(status.path("desiredReplicas").asInt()).isEqualTo(6);
    assertThat(status.path("currentReplicas").asInt()).isEqualTo(3);
    assertThat(status.path("lastScaleTime").asString()).isEqualTo("2026-01-01T00:00:00Z");
    JsonNode metric = status.path("currentMetrics").path(0).path("resource");
    assertThat(metric.path("current").path("averageUtilization").asInt()).isEqualTo(90);
    assertThat(metric.path("current").path("averageValue").asString()).isEqualTo("900m");
    assertThat(cluster.conditions("web"))
        .containsExactly(
            "AbleToScale=True/SucceededRescale",
            "ScalingActive=True/ValidMetricFound",
            "ScalingLimited=False/DesiredWithinRange");
    assertThat(cluster.events()).containsExactly("web SuccessfulRescale x1");
    List<String> managers =
        cluster
            .autoscaler("web")
            .path("metadata")
            .path("managedFields")
            .valueStream()
            .filter(each -> each.path("subresource").asString("").equals("status"))
            .map(each -> each.path("manager").asString())
            .toList();
    assertThat(managers).containsExactly("mangru-autoscaler");
    // What we wrote ourselves is nobody else's doing.
    seen("web");
    cluster.advance(15);
    pass();
    assertThat(autoscaler.contested()).isEmpty();
  }

  @Test
  void a_status_that_does_not_change_is_not_written_again() {
    web(3, 0.5);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    seen("web");
    pass();
    seen("web");
    String version = cluster.autoscaler("web").path("metadata").path("resourceVersion").asString();
    for (int i = 0; i < 4; i++) {
      cluster.advance(15);
      pass();
    }
    assertThat(cluster.autoscaler("web").path("metadata").path("resourceVersion").asString())
        .isEqualTo(version);
  }

  @Test
  void bad_autoscalers_are_told_and_the_good_one_is_served() {
    web(3, 0.9);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    cluster.autoscaler(
        "ghost", "{'apiVersion':'example.com/v1','kind':'Ghost','name':'g'}", CPU_50);
    cluster.autoscaler(
        "missing", "{'apiVersion':'apps/v1','kind':'Deployment','name':'missing'}", CPU_50);
    cluster.autoscaler("unscalable", "{'apiVersion':'v1','kind':'ConfigMap','name':'c'}", CPU_50);
    for (String name : List.of("web", "ghost", "missing", "unscalable")) {
      seen(name);
    }
    pass();
    assertThat(cluster.replicas("web")).isEqualTo(6);
    for (String name : List.of("ghost", "missing", "unscalable")) {
      assertThat(cluster.conditions(name)).containsExactly("AbleToScale=False/FailedGetScale");
    }
    assertThat(
            cluster
                .autoscaler("ghost")
                .path("status")
                .path("conditions")
                .path(0)
                .path("message")
                .asString())
        .isEqualTo(
            "the HPA controller was unable to get the target's current scale: unable to determine"
                + " resource for scale target reference: no matches for kind \"Ghost\" in group"
                + " \"example.com\"");
    cluster.advance(15);
    pass();
    assertThat(cluster.events()).contains("ghost FailedGetScale x1");
    cluster.advance(60);
    assertThat(pass().problem()).isNull();
    assertThat(cluster.events()).contains("ghost FailedGetScale x3");
  }

  @Test
  void two_autoscalers_of_one_deployment_are_both_ambiguous() {
    web(3, 0.9);
    cluster.autoscaler("one", WEB_JSON, CPU_50);
    cluster.autoscaler("two", WEB_JSON, CPU_50);
    seen("one");
    seen("two");
    pass();
    assertThat(cluster.replicas("web")).isEqualTo(3);
    assertThat(cluster.conditions("one")).contains("ScalingActive=False/AmbiguousSelector");
    assertThat(cluster.conditions("two")).contains("ScalingActive=False/AmbiguousSelector");
  }

  @Test
  void a_custom_resource_with_a_scale_is_a_target_like_any_other() {
    cluster.create(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        """
        {'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition',
         'metadata':{'name':'shops.example.com'},
         'spec':{'group':'example.com','scope':'Namespaced',
          'names':{'plural':'shops','singular':'shop','kind':'Shop','listKind':'ShopList'},
          'versions':[{'name':'v1','served':true,'storage':true,
           'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.replicas',
             'statusReplicasPath':'.status.replicas','labelSelectorPath':'.status.selector'}},
           'schema':{'openAPIV3Schema':{'type':'object','properties':{
             'spec':{'type':'object','properties':{'replicas':{'type':'integer'}}},
             'status':{'type':'object','properties':{'replicas':{'type':'integer'},
               'selector':{'type':'string'}}}}}}}]}}
        """);
    cluster.create(
        "/apis/example.com/v1/namespaces/shop/shops",
        """
        {'apiVersion':'example.com/v1','kind':'Shop','metadata':{'name':'web','namespace':'shop'},
         'spec':{'replicas':2}}
        """);
    cluster.patch(
        "/apis/example.com/v1/namespaces/shop/shops/web/status",
        "{'status':{'replicas':2,'selector':'app=web'}}");
    // The reference names a version that is not served: the group's other one is taken.
    TargetRef shop = new TargetRef("example.com/v1beta1", "Shop", "web");
    ScaleReading read = kube.readScale("shop", shop);
    assertThat(read).isInstanceOf(ScaleReading.Known.class);
    Scale scale = ((ScaleReading.Known) read).scale();
    assertThat(scale.specReplicas()).isEqualTo(2);
    assertThat(scale.selector()).isEqualTo("app=web");
    assertThat(kube.writeScale("shop", shop, scale, 5)).isInstanceOf(WriteResult.Written.class);
    assertThat(
            cluster
                .get("/apis/example.com/v1/namespaces/shop/shops/web")
                .path("spec")
                .path("replicas")
                .asInt())
        .isEqualTo(5);
  }

  @Test
  void a_conflict_is_tried_again_only_if_nobody_chose_other_replicas() {
    cluster.deployment("web", 3);
    Scale read = ((ScaleReading.Known) kube.readScale("shop", WEB)).scale();
    cluster.patch(
        "/apis/apps/v1/namespaces/shop/deployments/web", "{'metadata':{'labels':{'a':'b'}}}");
    assertThat(kube.writeScale("shop", WEB, read, 5)).isInstanceOf(WriteResult.Written.class);
    assertThat(cluster.replicas("web")).isEqualTo(5);
    assertThat(kube.writeScale("shop", WEB, read, 7))
        .isEqualTo(new WriteResult.Conflict("someone asked for 5 replicas meanwhile"));
    assertThat(kube.writeScale("shop", WEB, read, 5)).isInstanceOf(WriteResult.Written.class);
  }

  @Test
  void faults_pass_and_nothing_flaps() {
    web(3, 0.9);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    seen("web");
    cluster.faults().add("update", "apps/deployments/scale", Effect.conflict(), 1);
    cluster.faults().add("get", "apps/deployments/scale", Effect.tooManyRequests(1), 1);
    cluster.faults().add("patch", "*", Effect.internalError(), 1);
    pass();
    cluster.advance(15);
    cluster.faults().dropWatches();
    pass();
    assertThat(cluster.replicas("web")).isEqualTo(6);
    assertThat(cluster.events()).containsExactly("web SuccessfulRescale x1");
    assertThat(cluster.conditions("web")).noneMatch(each -> each.contains("False/Failed"));
  }

  @Test
  void an_api_server_that_goes_away_and_comes_back_is_a_state_and_nothing_else() {
    web(3, 0.5);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    seen("web");
    pass();
    List<String> before = cluster.conditions("web");
    cluster.faults().away(true);
    cluster.advance(15);
    PassSummary away = pass();
    assertThat(away.problem()).isNotNull();
    eventually(
        "the watches are known to be broken",
        () ->
            kube.problem(cluster.clock.instant()) == null
                && kube.problem(cluster.clock.instant().plusSeconds(60)) != null);
    cluster.advance(60);
    assertThat(pass().problem()).contains("are not watched since");
    cluster.faults().clear();
    eventually(
        "the watches are back",
        () -> {
          cluster.advance(1);
          return kube.problem(cluster.clock.instant()) == null;
        });
    usage.cores.replaceAll((_, _) -> 0.9);
    assertThat(pass().problem()).isNull();
    assertThat(cluster.replicas("web")).isEqualTo(6);
    assertThat(before).contains("ScalingActive=True/ValidMetricFound");
    assertThat(cluster.events()).containsExactly("web SuccessfulRescale x1");
  }

  @Test
  void a_write_whose_answer_is_lost_is_looked_up() {
    web(3, 0.9);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    seen("web");
    cluster.faults().add("update", "apps/deployments/scale", new Effect.Drop(), 10);
    PassSummary lost = pass();
    assertThat(lost.problem()).contains("no answer from the API server");
    assertThat(journal.unsettled()).hasSize(1);
    cluster.faults().clear();
    cluster.advance(15);
    pass();
    assertThat(journal.unsettled()).isEmpty();
    assertThat(cluster.replicas("web")).isEqualTo(6);
    assertThat(newest().outcome()).isEqualTo(Decision.Outcome.SCALED);
  }

  @Test
  void another_controller_of_the_status_keeps_us_away() {
    web(3, 0.9);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    KubeRest.Response written =
        cluster.rest.write(
            "PATCH",
            "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web/status"
                + "?fieldManager=kube-controller-manager",
            KubeRest.MERGE_PATCH,
            Cluster.parse("{'status':{'currentReplicas':3,'desiredReplicas':3}}"));
    assertThat(written.ok()).isTrue();
    seen("web");
    pass();
    assertThat(autoscaler.contested().get("shop/web")).contains("kube-controller-manager");
    assertThat(cluster.replicas("web")).isEqualTo(3);
    cluster.advance(121);
    assertThat(pass().problem()).isNull();
    assertThat(cluster.replicas("web")).isEqualTo(6);
  }

  @Test
  void a_quiet_watch_is_healthy_however_long_nothing_happens() {
    web(2, 0.5);
    cluster.faults().dropWatches();
    for (int i = 0; i < 20; i++) {
      cluster.advance(31);
      assertThat(kube.problem(cluster.clock.instant())).isNull();
    }
  }

  @Test
  void a_watch_that_is_dead_while_the_server_answers_is_not_trusted_and_begins_anew() {
    web(2, 0.5);
    cluster.faults().add("watch", "pods", Effect.internalError(), Integer.MAX_VALUE);
    cluster.faults().dropWatches();
    cluster.pod("web", 2);
    eventually(
        "it is seen that a pod is missing",
        () -> {
          cluster.advance(6);
          String problem = kube.problem(cluster.clock.instant());
          return problem != null && problem.contains("the watch of the pods is dead since");
        });
    PassSummary summary = pass();
    assertThat(summary.autoscalers()).isZero();
    assertThat(summary.problem()).isNotNull();
    cluster.faults().clear();
    eventually(
        "the new pod is held",
        () -> {
          cluster.advance(6);
          return kube.problem(cluster.clock.instant()) == null && kube.pods("shop").size() == 3;
        });
  }

  @Test
  void pods_that_go_while_the_api_server_is_away_are_known_to_be_gone_afterwards() {
    web(3, 0.5);
    cluster.autoscaler("web", WEB_JSON, CPU_50);
    seen("web");
    assertThat(pass().problem()).isNull();
    cluster.faults().away(true);
    cluster.advance(60);
    assertThat(pass().problem()).contains("are not watched since");
    cluster.store.delete("pods", "shop", "web-2", new DeleteOptions(0L, null, null, null, false));
    cluster.faults().clear();
    eventually(
        "the pods are right again",
        () -> {
          cluster.advance(1);
          return kube.problem(cluster.clock.instant()) == null && kube.pods("shop").size() == 2;
        });
    assertThat(pass().problem()).isNull();
    assertThat(cluster.replicas("web")).isEqualTo(3);
  }
}
