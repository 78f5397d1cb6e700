package dev.mangru.autoscaler.node.shape;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class FeasibilityTest {

  private static final JsonMapper JSON = new JsonMapper();

  private static ObjectNode json(String text) {
    return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
  }

  private static PodShape pod(String name, String labels, String spec) {
    return PodShapes.of(
        json(
            "{'metadata':{'namespace':'shop','name':'%s','labels':{%s}},'spec':{%s}}"
                .formatted(name, labels, spec)));
  }

  private static NodeShape node(String name, String labels, String spec) {
    String all = "'kubernetes.io/hostname':'" + name + "'" + (labels.isEmpty() ? "" : "," + labels);
    return NodeShapes.of(
        json(
            """
            {'metadata':{'name':'%s','labels':{%s}},'spec':{%s},
             'status':{'allocatable':{'cpu':'2','memory':'4Gi','pods':'5','gpu.io/card':'1'},
                       'conditions':[{'type':'Ready','status':'True'}]}}
            """
                .formatted(name, all, spec)));
  }

  private static String asks(String cpu, String memory) {
    return "'containers':[{'name':'c','resources':{'requests':{'cpu':'%s','memory':'%s'}}}]"
        .formatted(cpu, memory);
  }

  private static String ask(PodShape pod, NodeShape node, PodShape... others) {
    return ask(pod, node, List.of(node), others);
  }

  private static String ask(
      PodShape pod, NodeShape node, List<NodeShape> nodes, PodShape... others) {
    return switch (Feasibility.check(pod, node, ClusterShape.of(nodes, List.of(others)))) {
      case Fit.Fits _ -> "fits";
      case Fit.Refused refused -> refused.reason();
    };
  }

  @Test
  void what_fills_the_node_exactly_fits_and_one_more_thousandth_does_not() {
    NodeShape node = node("n", "", "");
    PodShape other = pod("other", "", asks("1500m", "3Gi")).on("n");
    assertThat(ask(pod("p", "", asks("500m", "1Gi")), node, other)).isEqualTo("fits");
    assertThat(ask(pod("p", "", asks("501m", "1025Mi")), node, other))
        .isEqualTo("Insufficient cpu, Insufficient memory");
  }

  @Test
  void extended_resources_and_the_number_of_pods_run_out_too() {
    NodeShape node = node("n", "", "");
    String card =
        "'containers':[{'name':'c','resources':{'limits':{'gpu.io/card':'1','cpu':'1m'}}}]";
    assertThat(ask(pod("p", "", card), node, pod("q", "", card).on("n")))
        .isEqualTo("Insufficient gpu.io/card");
    PodShape[] five = new PodShape[5];
    for (int i = 0; i < 5; i++) {
      five[i] = pod("o" + i, "", "").on("n");
    }
    assertThat(ask(pod("p", "", ""), node, five)).isEqualTo("Too many pods");
  }

  @Test
  void pods_that_have_ended_take_no_room() {
    PodShape ended =
        PodShapes.of(
            json(
                "{'metadata':{'name':'e'},'spec':{'nodeName':'n',%s},'status':{'phase':'Failed'}}"
                    .formatted(asks("2", "1Gi"))));
    assertThat(ask(pod("p", "", asks("2", "1Gi")), node("n", "", ""), ended)).isEqualTo("fits");
  }

  @Test
  void the_effective_request_is_the_larger_of_running_and_starting_plus_overhead() {
    PodShape pod =
        pod(
            "p",
            "",
            """
            'initContainers':[
              {'name':'a','resources':{'requests':{'cpu':'700m'}}},
              {'name':'side','restartPolicy':'Always','resources':{'requests':{'cpu':'100m'}}},
              {'name':'b','resources':{'requests':{'cpu':'650m','memory':'1Gi'}}}],
            'containers':[{'name':'c','resources':{'requests':{'cpu':'300m'}}},
                          {'name':'d','resources':{'requests':{'cpu':'200m','memory':'10Mi'}}}],
            'overhead':{'cpu':'10m'}
            """);
    assertThat(pod.requests().cpuMilli()).isEqualTo(100 + 650 + 10);
    assertThat(pod.requests().memoryBytes()).isEqualTo(1L << 30);
    assertThat(pod.requests().pods()).isOne();
  }

  @Test
  void a_request_of_the_whole_pod_takes_the_place_of_its_containers() {
    PodShape pod = pod("p", "", asks("1", "1Gi") + ",'resources':{'requests':{'cpu':'250m'}}");
    assertThat(pod.requests().cpuMilli()).isEqualTo(250);
    assertThat(pod.requests().memoryBytes()).isEqualTo(1L << 30);
  }

  @Test
  void taints_keep_pods_away_that_do_not_tolerate_them() {
    NodeShape tainted =
        node("n", "", "'taints':[{'key':'gpu','value':'yes','effect':'NoSchedule'}]");
    assertThat(ask(pod("p", "", ""), tainted))
        .isEqualTo("node(s) had untolerated taint {gpu: yes}");
    assertThat(ask(pod("p", "", "'tolerations':[{'key':'gpu','operator':'Exists'}]"), tainted))
        .isEqualTo("fits");
    assertThat(ask(pod("p", "", "'tolerations':[{'key':'gpu','value':'no'}]"), tainted))
        .isEqualTo("node(s) had untolerated taint {gpu: yes}");
    assertThat(ask(pod("p", "", "'tolerations':[{'operator':'Exists'}]"), tainted))
        .isEqualTo("fits");
    NodeShape soft = node("n", "", "'taints':[{'key':'a','effect':'PreferNoSchedule'}]");
    assertThat(ask(pod("p", "", ""), soft)).isEqualTo("fits");
  }

  @Test
  void a_cordoned_node_takes_only_who_tolerates_it() {
    NodeShape cordoned = node("n", "", "'unschedulable':true");
    assertThat(ask(pod("p", "", ""), cordoned)).isEqualTo("node(s) were unschedulable");
    String tolerant =
        "'tolerations':[{'key':'node.kubernetes.io/unschedulable','operator':'Exists'}]";
    assertThat(ask(pod("p", "", tolerant), cordoned)).isEqualTo("fits");
  }

  @Test
  void selector_and_required_affinity_both_hold_and_terms_are_alternatives() {
    String spec =
        """
        'nodeSelector':{'disk':'fast'},'affinity':{'nodeAffinity':{
          'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[
            {'matchExpressions':[{'key':'zone','operator':'In','values':['a','b']},
                                 {'key':'cores','operator':'Gt','values':['4']}]},
            {'matchFields':[{'key':'metadata.name','operator':'In','values':['named']}]}]}}}
        """;
    PodShape pod = pod("p", "", spec);
    String no = "node(s) didn't match Pod's node affinity/selector";
    assertThat(ask(pod, node("n", "'disk':'fast','zone':'a','cores':'8'", ""))).isEqualTo("fits");
    assertThat(ask(pod, node("n", "'disk':'fast','zone':'a','cores':'4'", ""))).isEqualTo(no);
    assertThat(ask(pod, node("n", "'zone':'a','cores':'8'", ""))).isEqualTo(no);
    assertThat(ask(pod, node("named", "'disk':'fast'", ""))).isEqualTo("fits");
    assertThat(ask(pod, node("other", "'disk':'fast'", ""))).isEqualTo(no);
  }

  @Test
  void host_ports_conflict_by_address_protocol_and_number() {
    NodeShape node = node("n", "", "");
    PodShape taken = pod("o", "", ports("127.0.0.1", "TCP", 80)).on("n");
    String no = "node(s) didn't have free ports for the requested pod ports";
    assertThat(ask(pod("p", "", ports("", "TCP", 80)), node, taken)).isEqualTo(no);
    assertThat(ask(pod("p", "", ports("127.0.0.2", "TCP", 80)), node, taken)).isEqualTo("fits");
    assertThat(ask(pod("p", "", ports("", "UDP", 80)), node, taken)).isEqualTo("fits");
    assertThat(ask(pod("p", "", ports("", "TCP", 81)), node, taken)).isEqualTo("fits");
  }

  private static String ports(String ip, String protocol, int port) {
    return "'containers':[{'name':'c','ports':[{'hostIP':'%s','protocol':'%s','hostPort':%d}]}]"
        .formatted(ip, protocol, port);
  }

  private static String near(String kind, String app, String key) {
    return """
    'affinity':{'%s':{'requiredDuringSchedulingIgnoredDuringExecution':[
      {'topologyKey':'%s','labelSelector':{'matchLabels':{'app':'%s'}}}]}}
    """
        .formatted(kind, key, app);
  }

  @Test
  void affinity_wants_a_neighbour_unless_the_pod_is_the_first_of_its_own_kind() {
    NodeShape a = node("a", "'zone':'1'", "");
    NodeShape b = node("b", "'zone':'2'", "");
    PodShape wantsDb = pod("p", "'app':'web'", near("podAffinity", "db", "zone"));
    String no = "node(s) didn't match pod affinity rules";
    assertThat(ask(wantsDb, a, List.of(a, b))).isEqualTo(no);
    PodShape db = pod("db", "'app':'db'", "").on("b");
    assertThat(ask(wantsDb, a, List.of(a, b), db)).isEqualTo(no);
    assertThat(ask(wantsDb, b, List.of(a, b), db)).isEqualTo("fits");
    PodShape first = pod("p", "'app':'db'", near("podAffinity", "db", "zone"));
    assertThat(ask(first, a, List.of(a, b))).isEqualTo("fits");
    assertThat(ask(first, a, List.of(a, b), db)).isEqualTo(no);
  }

  @Test
  void anti_affinity_counts_both_ways() {
    NodeShape a = node("a", "'zone':'1'", "");
    NodeShape a2 = node("a2", "'zone':'1'", "");
    PodShape web = pod("web", "'app':'web'", "").on("a");
    PodShape loner = pod("loner", "'app':'loner'", near("podAntiAffinity", "web", "zone"));
    assertThat(ask(loner, a2, List.of(a, a2), web))
        .isEqualTo("node(s) didn't match pod anti-affinity rules");
    assertThat(ask(pod("w2", "'app':'web'", ""), a2, List.of(a, a2), loner.on("a")))
        .isEqualTo("node(s) didn't satisfy existing pods anti-affinity rules");
    assertThat(ask(pod("x", "'app':'x'", ""), a2, List.of(a, a2), loner.on("a"))).isEqualTo("fits");
  }

  @Test
  void terms_look_into_the_namespaces_they_name() {
    NodeShape a = node("a", "", "");
    PodShape elsewhere =
        PodShapes.of(json("{'metadata':{'namespace':'ops','name':'w','labels':{'app':'web'}}}"));
    String term =
        """
        'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[
          {'topologyKey':'kubernetes.io/hostname','labelSelector':{'matchLabels':{'app':'web'}}%s}]}}
        """;
    PodShape own = pod("p", "", term.formatted(""));
    PodShape named = pod("p", "", term.formatted(",'namespaces':['ops']"));
    PodShape all = pod("p", "", term.formatted(",'namespaceSelector':{}"));
    assertThat(ask(own, a, elsewhere.on("a"))).isEqualTo("fits");
    assertThat(ask(named, a, elsewhere.on("a"))).contains("anti-affinity");
    assertThat(ask(all, a, elsewhere.on("a"))).contains("anti-affinity");
  }

  private static String spread(String more) {
    return """
    'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'zone',
      'whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'web'}}%s}]
    """
        .formatted(more);
  }

  @Test
  void a_domain_must_not_exceed_the_emptiest_by_more_than_the_skew() {
    NodeShape a = node("a", "'zone':'1'", "");
    NodeShape b = node("b", "'zone':'2'", "");
    PodShape web = pod("p", "'app':'web'", spread(""));
    PodShape there = pod("o", "'app':'web'", "").on("a");
    String no = "node(s) didn't match pod topology spread constraints";
    assertThat(ask(web, a, List.of(a, b), there)).isEqualTo(no);
    assertThat(ask(web, b, List.of(a, b), there)).isEqualTo("fits");
    assertThat(ask(web, a, List.of(a), there)).isEqualTo("fits");
    assertThat(ask(pod("p", "'app':'web'", spread(",'minDomains':2")), a, List.of(a), there))
        .isEqualTo(no);
    NodeShape bare = node("c", "", "");
    assertThat(ask(web, bare, List.of(a, b, bare))).isEqualTo(no + " (missing required label)");
  }

  @Test
  void nodes_that_the_pod_may_not_use_are_no_domains_where_the_policy_says_so() {
    NodeShape a = node("a", "'zone':'1'", "");
    NodeShape b =
        node("b", "'zone':'2'", "'taints':[{'key':'gpu','value':'','effect':'NoSchedule'}]");
    PodShape there = pod("o", "'app':'web'", "").on("a");
    PodShape ignores = pod("p", "'app':'web'", spread(""));
    PodShape honors = pod("p", "'app':'web'", spread(",'nodeTaintsPolicy':'Honor'"));
    assertThat(ask(ignores, a, List.of(a, b), there)).contains("spread");
    assertThat(ask(honors, a, List.of(a, b), there)).isEqualTo("fits");
  }

  @Test
  void gates_claims_and_what_cannot_be_judged_are_refused_by_name() {
    NodeShape node = node("n", "", "");
    assertThat(ask(pod("p", "", "'schedulingGates':[{'name':'wait'}]"), node))
        .isEqualTo("Scheduling is blocked due to non-empty scheduling gates");
    assertThat(ask(pod("p", "", "'resourceClaims':[{'name':'card'}]"), node))
        .isEqualTo("dynamic resource claims are not supported: [card]");
    assertThat(
            ask(
                pod(
                    "p",
                    "",
                    "'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]"),
                node))
        .isEqualTo("persistentvolumeclaim \"data\" not found");
  }

  @Test
  void a_bound_volume_ties_the_pod_to_its_nodes_and_to_itself() {
    NodeShape a = node("a", "'zone':'1'", "");
    NodeShape b = node("b", "'zone':'2'", "");
    PodShape pod =
        pod("p", "", "'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'data'}}]");
    NodeTerm inOne = new NodeTerm(List.of(new Requirement("zone", "In", List.of("1"))), List.of());
    ClusterShape cluster = ClusterShape.of(List.of(a, b), List.of());
    cluster.claim(new VolumeClaim("shop", "data", true, false, List.of(inOne), true));
    assertThat(Feasibility.check(pod, a, cluster).fits()).isTrue();
    assertThat(Feasibility.check(pod, b, cluster))
        .isEqualTo(
            new Fit.Refused(
                Fit.Cause.VOLUME, List.of("node(s) had volume node affinity conflict")));
    cluster.place(pod.named("other"), "a");
    assertThat(Feasibility.check(pod, a, cluster).fits()).isFalse();
  }

  @Test
  void what_was_tried_can_be_taken_back() {
    NodeShape a = node("a", "'zone':'1'", "");
    PodShape loner = pod("loner", "'app':'web'", near("podAntiAffinity", "web", "zone"));
    ClusterShape cluster = ClusterShape.of(List.of(a), List.of(pod("o", "", "").on("a")));
    assertThat(Feasibility.check(loner, a, cluster).fits()).isTrue();
    int mark = cluster.mark();
    cluster.place(loner, "a");
    cluster.addNode(node("b", "'zone':'1'", ""));
    cluster.place(pod("o2", "'app':'web'", ""), "b");
    assertThat(Feasibility.check(loner.named("l2"), a, cluster).fits()).isFalse();
    cluster.removeNode("a");
    cluster.rollback(mark);
    assertThat(Feasibility.check(loner.named("l2"), a, cluster).fits()).isTrue();
    assertThat(cluster.rooms()).extracting(room -> room.node().name()).containsExactly("a");
    assertThat(cluster.rooms().iterator().next().pods()).extracting(PodShape::name).contains("o");
  }

  @Test
  void the_summary_counts_reasons_as_the_scheduler_does() {
    NodeShape full = node("n", "", "");
    ClusterShape empty = ClusterShape.of(List.of(), List.of());
    PodShape big = pod("p", "", asks("3", "1Gi"));
    NodeShape cordoned = node("c", "", "'unschedulable':true");
    assertThat(
            Feasibility.summary(
                List.of(
                    Feasibility.check(big, full, empty),
                    Feasibility.check(big, full, empty),
                    Feasibility.check(big, cordoned, empty))))
        .isEqualTo("0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu.");
  }

  @Test
  void shapes_carry_what_the_objects_say() {
    PodShape pod =
        PodShapes.of(
            json(
                """
                {'metadata':{'namespace':'ns','name':'p','uid':'u','creationTimestamp':
                   '2026-01-01T00:00:00Z','annotations':{'kubernetes.io/config.mirror':'x'},
                   'ownerReferences':[{'kind':'Job','name':'no','controller':false},
                     {'apiVersion':'apps/v1','kind':'DaemonSet','name':'d','uid':'1','controller':true}]},
                 'spec':{'nodeName':'n','priority':7,'terminationGracePeriodSeconds':5,
                   'volumes':[{'name':'a','hostPath':{'path':'/'}},{'name':'b','emptyDir':{}},
                              {'name':'c','configMap':{}},{'name':'e','ephemeral':{}}]},
                 'status':{'phase':'Pending','conditions':[
                   {'type':'PodScheduled','status':'False','reason':'Unschedulable'}]}}
                """));
    assertThat(pod.owner()).isEqualTo(new PodOwner("apps/v1", "DaemonSet", "d", "1"));
    assertThat(pod.ofDaemonSet()).isTrue();
    assertThat(pod.isMirror()).isTrue();
    assertThat(pod.nodeName()).isEqualTo("n");
    assertThat(pod.priority()).isEqualTo(7);
    assertThat(pod.life().gracePeriodSeconds()).isEqualTo(5);
    assertThat(pod.volumes())
        .containsExactly(
            new PodVolume.HostPath("a"),
            new PodVolume.EmptyDir("b", ""),
            new PodVolume.Unbound("c"),
            new PodVolume.Claim("e", "p-e", true));
    PodCondition condition = pod.life().condition("PodScheduled");
    assertThat(condition).isNotNull();
    assertThat(condition.reason()).isEqualTo("Unschedulable");
    assertThat(pod.withLabels(Map.of("a", "b")).labels()).containsEntry("a", "b");
  }
}
