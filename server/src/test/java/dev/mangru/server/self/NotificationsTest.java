package dev.mangru.server.self;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.server.self.Notifications.Condition;
import dev.mangru.server.self.Notifications.Notification;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NotificationsTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final AtomicReference<@Nullable String> disk = new AtomicReference<>();
  private final Notifications notifications =
      new Notifications(List.of(new Condition("disk", disk::get)));

  @Test
  void a_condition_begins_and_ends_and_subscribers_hear_of_both() {
    List<Notification> heard = new ArrayList<>();
    Runnable unsubscribe = notifications.subscribe(heard::add);
    notifications.look(NOW);
    assertThat(notifications.active()).isEmpty();
    disk.set("full");
    notifications.look(NOW);
    notifications.look(NOW.plusSeconds(1));
    Notification full = new Notification("full", NOW, true);
    assertThat(notifications.active()).containsExactly(full);
    assertThat(heard).containsExactly(full);
    disk.set(null);
    notifications.look(NOW.plusSeconds(2));
    assertThat(notifications.active()).isEmpty();
    assertThat(heard).containsExactly(full, new Notification("full", NOW, false));
    unsubscribe.run();
    disk.set("full");
    notifications.look(NOW.plusSeconds(3));
    assertThat(heard).hasSize(2);
  }

  @Test
  void other_words_are_another_notification() {
    disk.set("full");
    notifications.look(NOW);
    disk.set("on fire");
    notifications.look(NOW.plusSeconds(1));
    assertThat(notifications.active())
        .containsExactly(new Notification("on fire", NOW.plusSeconds(1), true));
  }

  @Test
  void whoever_comes_later_is_told_what_is_active() {
    disk.set("full");
    notifications.look(NOW);
    List<Notification> heard = new ArrayList<>();
    notifications.subscribe(heard::add).run();
    assertThat(heard).containsExactly(new Notification("full", NOW, true));
  }
}
