package dev.mangru.autoscaler.playground.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mangru.model.error.MangruException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {

  private static Scenario read(String yaml) {
    return new ScenarioReader("s.yaml", _ -> "minute,requests\n0,60\n1,120\n").read(yaml);
  }

  @Test
  void a_whole_scenario_is_read() {
    Scenario scenario =
        read(
            """
            name: all
            description: everything at once
            nodeGroups:
              - {name: g, min: 1, max: 3, initial: 2, cpu: 1500m, memory: 2Gi, pods: 20,
                 labels: {a: b}, taints: [{key: k, value: v, effect: NoSchedule}],
                 bootSeconds: 7, bootJitterSeconds: 2, failureRate: 0.5, failureClass: QuotaExceeded,
                 pricePerHour: 0.2}
            workloads:
              - {namespace: n, name: w, pullSeconds: 1, startSeconds: 2, startJitterSeconds: 3,
                 stopSeconds: 4, idleCpu: 5m, memory: 6Mi, memoryPerRequest: 7Ki, memoryPerSecond: 8,
                 logEverySeconds: 9, runSeconds: 10, crash: {afterSeconds: 11, exitCode: 12},
                 http: {cpuSecondsPerRequest: 0.01, port: 80, unreadySeconds: 3}}
            traffic:
              - namespace: n
                service: s
                noise: 0.1
                patterns:
                  - constant: {requestsPerSecond: 1}
                  - dailyWave: {low: 1, high: 2, periodSeconds: 100}
                  - replay: {file: r.csv, scale: 2}
                  - flashSale: {startSeconds: 1000, holdSeconds: 5, multiplier: 3}
              - namespace: n
                service: t
                patterns: [{follows: {service: s, share: 0.5}}]
            objects:
              - {apiVersion: v1, kind: Namespace, metadata: {name: n, labels: {on: "yes", x: "1"}}}
            """);
    NodeGroupSpec group = scenario.nodeGroups().getFirst();
    assertThat(group.cpuMilli()).isEqualTo(1500);
    assertThat(group.memoryBytes()).isEqualTo(2L << 30);
    assertThat(group.taints()).containsExactly(new NodeGroupSpec.TaintSpec("k", "v", "NoSchedule"));
    WorkloadSpec workload = scenario.workload("n", "w");
    assertThat(workload.memoryBytes()).isEqualTo(6L << 20);
    assertThat(workload.memoryBytesPerRequest()).isEqualTo(7L << 10);
    assertThat(workload.idleCpuMilli()).isEqualTo(5);
    assertThat(workload.crash())
        .isEqualTo(new WorkloadSpec.CrashSpec(11, 12, "fatal: cannot go on"));
    assertThat(workload.http()).isNotNull();
    // 1 constant, 1 at the bottom of the wave, 60 a minute twice.
    assertThat(scenario.traffic().getFirst().requestsPerSecond(0)).isEqualTo(4);
    assertThat(scenario.traffic().getLast().follows())
        .containsExactly(new TrafficPattern.Follows("s", 0.5));
    assertThat(
            scenario.objects().getFirst().path("metadata").path("labels").path("on").asString(""))
        .isEqualTo("yes");
    assertThat(scenario.workload("n", "other").name()).isEqualTo("other");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`name: x\nnodegroups: []`|line 2 column 1: unknown key nodegroups; known here: name",
        "`name: x\nname: y`|line 2 column 1: the key name is given twice",
        "`description: x`|line 1 column 1: the key name is missing",
        "`name: [x`|line 1",
        "`name: x\nnodeGroups:\n - {name: g, max: 1, min: 2, cpu: 1, memory: 1}`|line 3 column 4:"
            + " min 2 is above max 1",
        "`name: x\nnodeGroups:\n - {name: g, max: 1, cpu: lots, memory: 1}`|line 3 column 27: cpu:"
            + " quantities must match",
        "`name: x\nnodeGroups:\n - {name: g, max: 1.5, cpu: 1, memory: 1}`|line 3 column 19: max must"
            + " be a whole number: 1.5",
        "`name: x\nworkloads: {}`|line 2 column 12: workloads must be a list",
        "`name: x\nworkloads:\n - {namespace: n, name: w, startSeconds: -1}`|startSeconds must be"
            + " from 0.0 to 86400.0: -1",
        "`name: x\ntraffic:\n - {namespace: n, service: s, patterns: [{sine: {}}]}`|unknown key sine",
        "`name: x\ntraffic:\n - {namespace: n, service: s, patterns: [{}]}`|a pattern is constant,"
            + " dailyWave",
        "`name: x\ntraffic:\n - {namespace: n, service: s, patterns: [{follows: {service: t, share:"
            + " 1}}]}`|given before: t",
        "`name: x\ntraffic:\n - {namespace: n, service: s, patterns: [{flashSale: {startSeconds: 0,"
            + " holdSeconds: 9, multiplier: 2, everySeconds: 5}}]}`|everySeconds 5.0 is shorter",
        "`name: x\nobjects:\n - {kind: Pod}`|line 3 column 4: an object needs apiVersion",
        "`name: x\nobjects:\n - !!java.net.URL [a]`|line 3",
        "`- a`|expected a mapping",
      })
  void what_is_wrong_is_named_with_its_place(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(MangruException.class)
        .hasMessageContaining("s.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void an_empty_file_is_no_scenario() {
    assertThatThrownBy(() -> read("")).hasMessage("scenario s.yaml is empty");
  }

  @Test
  void aliases_cannot_blow_up() {
    StringBuilder yaml = new StringBuilder("name: x\nobjects:\n - &a0 {a: b}\n");
    for (int i = 1; i < 30; i++) {
      yaml.append(" - &a%d {x: *a%d, y: *a%d}\n".formatted(i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> read(yaml.toString())).isInstanceOf(MangruException.class);
  }

  @Test
  void a_minute_table_that_is_wrong_is_named_with_its_line() {
    assertThatThrownBy(() -> MinuteTable.read("t.csv", "minute,requests\n0,5\n1,-2\n"))
        .isInstanceOf(MangruException.class)
        .hasMessage(
            "minute table t.csv line 3: the last column must be requests per minute, 0 or more: -2");
    assertThatThrownBy(() -> MinuteTable.read("t.csv", "0,5\n1,many\n"))
        .hasMessageContaining("line 2: the last column");
    assertThatThrownBy(() -> MinuteTable.read("t.csv", "minute,requests\n"))
        .hasMessage("minute table t.csv has no minute in it");
    assertThat(MinuteTable.read("t.csv", "# a comment\n\n3\n4.5\n")).containsExactly(3.0, 4.5);
  }
}
