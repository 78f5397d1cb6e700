package dev.mangru.autoscaler.control;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A cluster in memory with versions, refusals and silences. Thread-safe.
final class FakeCluster implements ScalingCluster {

  final Map<String, Hpa> hpas = new TreeMap<>();
  final Map<String, Scale> scales = new TreeMap<>();
  final List<String> events = Collections.synchronizedList(new ArrayList<>());
  final List<String> writes = Collections.synchronizedList(new ArrayList<>());
  List<PodFacts> pods = List.of();
  @Nullable String problem;
  @Nullable String refuse;
  boolean silent;
  boolean loseAnswers;
  Runnable onCall = () -> {};
  private long version = 100;

  synchronized void add(Hpa hpa) {
    hpas.put(hpa.key(), hpa);
  }

  synchronized void scale(TargetRef target, int replicas) {
    scales.put(
        target.text(),
        new Scale(replicas, replicas, "app=" + target.name(), String.valueOf(++version)));
  }

  synchronized Scale scale(TargetRef target) {
    return scales.get(target.text());
  }

  synchronized Hpa hpa(String name) {
    return hpas.get("shop/" + name);
  }

  @Override
  public @Nullable String problem(Instant now) {
    return problem;
  }

  @Override
  public synchronized List<Hpa> hpas() {
    return List.copyOf(hpas.values());
  }

  @Override
  public List<PodFacts> pods(String namespace) {
    return pods;
  }

  @Override
  public synchronized ScaleReading readScale(String namespace, TargetRef target) {
    answers();
    Scale scale = scales.get(target.text());
    return scale == null
        ? new ScaleReading.Failed("no matches for kind \"" + target.kind() + "\"")
        : new ScaleReading.Known(scale);
  }

  @Override
  public synchronized WriteResult writeScale(
      String namespace, TargetRef target, Scale read, int replicas) {
    answers();
    if (refuse != null) {
      return new WriteResult.Refused(refuse);
    }
    if (!scales.get(target.text()).resourceVersion().equals(read.resourceVersion())) {
      return new WriteResult.Conflict("the object has been modified");
    }
    scale(target, replicas);
    writes.add(target.text() + "=" + replicas);
    if (loseAnswers) {
      throw new MangruException(ErrorCode.UNAVAILABLE, "the answer was lost");
    }
    return new WriteResult.Written(String.valueOf(version));
  }

  @Override
  public synchronized WriteResult writeStatus(Hpa hpa, HpaStatus status) {
    answers();
    writes.add("status " + hpa.name());
    hpas.put(
        hpa.key(),
        new Hpa(
            hpa.namespace(),
            hpa.name(),
            hpa.uid(),
            String.valueOf(++version),
            hpa.generation(),
            hpa.generation(),
            hpa.spec(),
            status,
            hpa.statusWriters()));
    return new WriteResult.Written(String.valueOf(version));
  }

  @Override
  public void tell(Hpa hpa, HpaEvent event, Instant now) {
    events.add(hpa.name() + " " + event.reason());
  }

  private void answers() {
    onCall.run();
    if (silent) {
      throw new MangruException(ErrorCode.UNAVAILABLE, "no answer from the API server");
    }
  }
}
