package dev.mangru.autoscaler.playground.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.autoscaler.playground.api.PodLogs;
import dev.mangru.autoscaler.playground.api.ProxyPages;
import dev.mangru.autoscaler.playground.sim.cluster.Fields;
import dev.mangru.autoscaler.playground.store.Change;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class DeterminismTest {

  private static final int MINUTES = 15;

  /// Everything that anyone could have seen, as hashes.
  private record Seen(String pages, String lines, String changes, int pods, long logged) {}

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Seen run(long seed) {
    MessageDigest pages = digest();
    MessageDigest lines = digest();
    MessageDigest changes = digest();
    Map<String, Long> read = new HashMap<>();
    long logged = 0;
    int pods = 0;
    try (Bench bench = new Bench(Scenarios.shipped("flash-sale"), seed)) {
      TestScaler scaler = new TestScaler(bench);
      long revision = 1;
      for (int second = 1; second <= MINUTES * 60; second++) {
        bench.seconds(1);
        scaler.second(second);
        for (Change change : bench.store.changesSince(null, revision, Integer.MAX_VALUE)) {
          changes.update(
              (change.type() + " " + change.key() + " " + change.object())
                  .getBytes(StandardCharsets.UTF_8));
          revision = change.revision();
        }
        if (second % 5 != 0) {
          continue;
        }
        for (ObjectNode node : bench.list("nodes")) {
          for (String path : new String[] {"/metrics/cadvisor", "/metrics/resource", "/metrics"}) {
            page(bench, pages, "nodes", node, path);
          }
        }
        for (ObjectNode pod : bench.list("pods")) {
          page(bench, pages, "pods", pod, "/metrics");
          pods++;
          for (var container : Fields.at(pod, "spec", "containers")) {
            String key = Fields.uid(pod) + Fields.text(container, "name");
            for (PodLogs.Line line :
                bench
                    .simulation
                    .logs()
                    .lines(
                        Fields.namespace(pod),
                        Fields.name(pod),
                        Fields.text(container, "name"),
                        read.getOrDefault(key, 0L),
                        Integer.MAX_VALUE)) {
              lines.update((line.time() + line.text()).getBytes(StandardCharsets.UTF_8));
              read.put(key, line.sequence());
              logged++;
            }
          }
        }
      }
    }
    return new Seen(hex(pages), hex(lines), hex(changes), pods, logged);
  }

  private static void page(
      Bench bench, MessageDigest into, String resource, ObjectNode object, String path) {
    bench
        .simulation
        .pages()
        .get(
            new ProxyPages.Target(
                resource, Fields.namespace(object), Fields.name(object), "", path, ""))
        .ifPresent(page -> into.update(page.body()));
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Test
  void the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    Seen first = run(1);
    assertThat(first.pods()).isGreaterThan(2000);
    assertThat(first.logged()).isGreaterThan(5000);
    assertThat(run(1)).isEqualTo(first);
    Seen other = run(2);
    assertThat(other.pages()).isNotEqualTo(first.pages());
    assertThat(other.lines()).isNotEqualTo(first.lines());
    assertThat(other.changes()).isNotEqualTo(first.changes());
  }
}
