package dev.mangru.server.self;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What whoever looks after Mangru should know now, such as a store that refuses writes.
/// Thread-safe.
///
/// A notification begins when its condition is found true, and ends when it is not any more; those
/// who subscribed hear of both. Nothing is kept of one that has ended.
public final class Notifications {

  /// Something that may be wrong.
  ///
  /// @param name of the condition, for the code
  /// @param text what is wrong at the moment, in a sentence; null if nothing is
  public record Condition(String name, Supplier<@Nullable String> text) {}

  /// One notification, as Prometheus' API has it.
  ///
  /// @param date when it began
  /// @param active false when it has ended
  public record Notification(String text, Instant date, boolean active) {}

  private final List<Condition> conditions;
  private final Map<String, Notification> active = new LinkedHashMap<>();
  private final List<Consumer<Notification>> subscribers = new CopyOnWriteArrayList<>();

  /// @param conditions looked at in this order
  public Notifications(List<Condition> conditions) {
    this.conditions = List.copyOf(conditions);
  }

  /// Looks at every condition.
  public synchronized void look(Instant now) {
    for (Condition condition : conditions) {
      String text = condition.text().get();
      Notification before = active.get(condition.name());
      if (before != null && !Objects.equals(text, before.text())) {
        active.remove(condition.name());
        tell(new Notification(before.text(), before.date(), false));
        before = null;
      }
      if (text != null && before == null) {
        Notification begun = new Notification(text, now, true);
        active.put(condition.name(), begun);
        tell(begun);
      }
    }
  }

  /// Those that are active, oldest first.
  public synchronized List<Notification> active() {
    List<Notification> all = new ArrayList<>(active.values());
    all.sort(java.util.Comparator.comparing(Notification::date));
    return all;
  }

  /// Tells `subscriber` of those that are active, and from now on of every one that begins or ends,
  /// until the result is run. It must not wait.
  public synchronized Runnable subscribe(Consumer<Notification> subscriber) {
    active().forEach(subscriber);
    subscribers.add(subscriber);
    return () -> subscribers.remove(subscriber);
  }

  private void tell(Notification notification) {
    subscribers.forEach(subscriber -> subscriber.accept(notification));
  }
}
