package dev.mangru.alerts.notify;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.mangru.alerts.mute.Fingerprint;
import dev.mangru.alerts.mute.Inhibitor;
import dev.mangru.alerts.mute.Silences;
import dev.mangru.alerts.mute.TimeMuting;
import dev.mangru.alerts.route.AlertmanagerConfig;
import dev.mangru.alerts.route.Route;
import dev.mangru.model.alert.AlertSink;
import dev.mangru.model.alert.NotificationBook;
import dev.mangru.model.alert.Silence;
import dev.mangru.model.disk.CheckReport;
import dev.mangru.model.disk.Disk;
import dev.mangru.model.disk.RecordLog;
import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells receivers of alerts, as Alertmanager does: groups, waits, leaves out what is muted or was
/// said already, repeats, and says when alerts have stopped.
///
/// **The life of a notification.** [#tick] looks at the groups that are due ([Flush] decides what
/// is news), writes each intent to the journal, waits until they are on stable storage, and hands
/// the attempts to an executor. What came out of them is taken in by the next tick. Each group has
/// one notification under way per receiver; it is tried again, with the same id, until it is
/// delivered, refused, or a newer one says all of it and more. Nothing that was intended is dropped
/// otherwise, so a receiver that is away for an hour hears of everything once it is back.
///
/// **A restart** reads the journal: intents without a result are sent again with the same id;
/// alerts that were firing still are, until whoever sends them had the resolve timeout to send them
/// again. So does a standstill: a machine that slept, or a clock that was set forward. A clock that
/// is set back takes all appointments with it.
///
/// Thread-safe. Deterministic in the `now` of its calls, the random seed and the order in which
/// attempts come back.
public final class Notifier implements AlertSink, NotificationBook, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  /// How long it takes to look again at a group whose notification is under way. Chosen.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  /// How long to remember what a receiver was told of a group that no longer exists: Alertmanager's
  /// retention.
  private static final Duration FORGET_AFTER = Duration.ofDays(5);

  /// Without a tick for so long, the process or its machine stood still, or the clock was set
  /// forward: nobody could send alerts again meanwhile. Shorter than any sender's validity, which
  /// is four minutes for Prometheus and for our rules.
  private static final Duration STANDSTILL = Duration.ofMinutes(2);

  /// Rounds of one tick. Chosen.
  private static final int MAX_ROUNDS = 100;

  private record Done(Intent intent, Outcome outcome) {}

  private final NotifyOptions options;
  private final Silences silences;
  private final Deliverer deliverer;
  private final Executor executor;
  private final NotificationJournal journal;
  private final Backoff backoff;
  private final NotifyCounters counters = new NotifyCounters();
  private final ConcurrentLinkedQueue<Done> done = new ConcurrentLinkedQueue<>();

  private final ReentrantLock ticking = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final PipelineState state;

  @GuardedBy("lock")
  private AlertmanagerConfig config;

  @GuardedBy("lock")
  private AlertGroups groups;

  @GuardedBy("lock")
  private Map<String, List<Integration>> integrations;

  @GuardedBy("lock")
  private Instant lastTick;

  /// Attempts under way, by integration: one that hangs takes no more than its share of them.
  @GuardedBy("lock")
  private final Map<String, Integer> inFlight = new HashMap<>();

  private Notifier(
      NotifyOptions options,
      AlertmanagerConfig config,
      Map<String, List<Integration>> integrations,
      Silences silences,
      Deliverer deliverer,
      Executor executor,
      NotificationJournal journal,
      PipelineState state,
      SplittableRandom random,
      Instant now) {
    this.options = options;
    this.config = config;
    this.integrations = integrations;
    this.silences = silences;
    this.deliverer = deliverer;
    this.executor = executor;
    this.journal = journal;
    this.state = state;
    this.backoff = new Backoff(options.firstBackoff(), options.maxBackoff(), random);
    this.groups = new AlertGroups(config);
    this.lastTick = now;
    stillFiring(state, Instant.MIN, now.plus(config.resolveTimeout()));
    for (Intent intent : state.pending.values()) {
      intent.nextAttempt = now;
      intent.perhapsTaken = true;
    }
    groups.restore(state, Map.of(), now);
  }

  /// Lets alerts that fired at `then` fire until `until`, unless somebody says that they stopped.
  private static void stillFiring(PipelineState state, Instant then, Instant until) {
    state.alerts.replaceAll((_, held) ->
        held.firing()
                && held.alert().endsAt().isAfter(then)
                && held.alert().endsAt().isBefore(until)
            ? held.until(until)
            : held);
  }

  /// Opens the journal in `directory`, or makes it, and goes on where it left off.
  ///
  /// @param executor runs attempts; must not run them on a thread that waits for something else
  /// @param random for the waits between attempts
  /// @throws MangruException `BAD_DATA` if the configuration has a receiver that cannot be told,
  ///   naming it and why
  public static Notifier open(
      NotifyOptions options,
      Disk disk,
      Path directory,
      AlertmanagerConfig config,
      Silences silences,
      Deliverer deliverer,
      Executor executor,
      SplittableRandom random,
      Instant now)
      throws IOException {
    Map<String, List<Integration>> integrations = Integration.of(config);
    PipelineState state = new PipelineState(options.history());
    NotificationJournal journal = NotificationJournal.open(disk, directory, state);
    return new Notifier(
        options, config, integrations, silences, deliverer, executor, journal, state, random, now);
  }

  /// Reads the journal in `directory` without changing it.
  public static CheckReport check(Disk disk, Path directory) throws IOException {
    return NotificationJournal.check(disk, directory);
  }

  /// Goes on with another configuration. Groups that are the same in both keep their rhythm;
  /// notifications to receivers that are gone are given up.
  ///
  /// @throws MangruException `BAD_DATA` as in [#open]; then nothing has changed
  public void reload(AlertmanagerConfig next, Instant now) {
    Map<String, List<Integration>> nextIntegrations = Integration.of(next);
    lock.lock();
    try {
      Map<AlertGroup.Id, AlertGroup> before = groups.byId();
      config = next;
      integrations = nextIntegrations;
      groups = new AlertGroups(next);
      groups.restore(state, before, now);
    } finally {
      lock.unlock();
    }
  }

  // ---- alerts come in --------------------------------------------------------------------------

  @Override
  public void send(List<Posted> alerts, Instant now) {
    RecordLog.Ticket last = null;
    int refused = 0;
    lock.lock();
    try {
      for (Posted posted : alerts) {
        Posted alert = WellFormed.of(posted);
        if (alert.labels().isEmpty()) {
          throw MangruException.badData("an alert needs at least one label");
        }
        String fingerprint = Fingerprint.of(alert.labels());
        Held before = state.alerts.get(fingerprint);
        if (before == null && state.alerts.size() >= options.maxAlerts()) {
          refused++;
          continue;
        }
        if (before == null && alert.resolved(now)) {
          continue; // nobody was told that it fired
        }
        RecordLog.Ticket ticket = take(fingerprint, before, alert, now);
        last = ticket == null ? last : ticket;
      }
    } finally {
      lock.unlock();
    }
    counters.received(alerts.size());
    if (last != null) {
      journal.await(last);
    }
    if (refused > 0) {
      counters.refused(refused);
      throw new MangruException(
          ErrorCode.OVERLOADED,
          refused
              + " alerts were not taken: "
              + options.maxAlerts()
              + " are held already (maxAlerts); group or drop some where they are made");
    }
  }

  /// Takes one alert in; returns its way to the disk if that is news.
  @GuardedBy("lock")
  private RecordLog.@Nullable Ticket take(
      String fingerprint, @Nullable Held before, Posted alert, Instant now) {
    Held after =
        before == null ? new Held(fingerprint, alert, now, now, true) : before.merge(alert, now);
    boolean firing = !after.resolved(now);
    boolean news =
        before == null
            || before.firing() != firing
            || !before.alert().annotations().equals(alert.annotations())
            || !before.alert().startsAt().equals(after.alert().startsAt());
    after = after.firing(firing);
    state.alerts.put(fingerprint, after);
    groups.add(after, now);
    return news ? journal.submit(JournalRecords.alert(after)) : null;
  }

  // ---- the pipeline ----------------------------------------------------------------------------

  /// Does everything that is due: takes in what became of attempts, looks at groups, writes intents
  /// down and starts attempts. Calls take turns.
  public void tick(Instant now) {
    ticking.lock();
    try {
      // Attempts that come back at once leave room for others at once.
      boolean more = true;
      for (int round = 0; more && round < MAX_ROUNDS; round++) {
        more = round(now) && !done.isEmpty();
      }
    } finally {
      ticking.unlock();
    }
  }

  /// Returns whether there was anything to attempt.
  private boolean round(Instant now) {
    List<Intent> unsynced = new ArrayList<>();
    List<RecordLog.Ticket> written;
    lock.lock();
    try {
      mindTheClock(now);
      for (Done each = done.poll(); each != null; each = done.poll()) {
        takeIn(each, now);
      }
      List<AlertGroup> due = groups.due(now);
      if (!due.isEmpty()) {
        flush(due, now);
      }
      giveUpOnTheGone(now);
      state.pending.values().stream()
          .filter(intent -> intent.ticket != null)
          .forEach(unsynced::add);
      written = journal.unawaited();
    } finally {
      lock.unlock();
    }
    written.forEach(journal::await);
    List<Intent> ready;
    lock.lock();
    try {
      unsynced.forEach(intent -> intent.ticket = null);
      ready = ready(now);
      if (journal.wantsRewrite(state, now)) {
        journal.rewrite(state, now);
      }
    } finally {
      lock.unlock();
    }
    ready.forEach(this::attempt);
    return !ready.isEmpty();
  }

  @GuardedBy("lock")
  private void mindTheClock(Instant now) {
    Duration step = Duration.between(lastTick, now);
    if (step.isNegative()) {
      for (AlertGroup group : groups.all()) {
        group.nextFlush = group.nextFlush.plus(step);
      }
      for (Intent intent : state.pending.values()) {
        Instant next = intent.nextAttempt;
        intent.nextAttempt = next == null ? null : next.plus(step);
      }
    } else if (step.compareTo(STANDSTILL) > 0) {
      stillFiring(state, lastTick, now.plus(config.resolveTimeout()));
    }
    lastTick = now;
  }

  @GuardedBy("lock")
  private void flush(List<AlertGroup> due, Instant now) {
    List<Silence> active = silences.active(now);
    Inhibitor.View inhibition = inhibition(now);
    for (AlertGroup group : due) {
      group.nextFlush = now.plus(group.route.groupInterval());
      group.flushed = true;
      try {
        flush(group, active, inhibition, now);
      } catch (RuntimeException e) {
        // One group must not keep all others quiet; it is looked at again after its interval.
        LOG.atError().addKeyValue("group", group.id.key()).setCause(e).log("nobody could be told");
      }
    }
  }

  @GuardedBy("lock")
  private void flush(
      AlertGroup group, List<Silence> active, Inhibitor.View inhibition, Instant now) {
    writeDownWhatRanOut(group, now);
    Flush flush =
        Flush.of(
            group,
            state.alerts,
            !TimeMuting.mutedBy(group.route, config.timeIntervals(), now).isEmpty(),
            labels ->
                !Silences.matching(active, labels).isEmpty()
                    || !inhibition.inhibitedBy(labels).isEmpty(),
            now);
    List<Integration> told = integrations.getOrDefault(group.route.receiver(), List.of());
    for (Integration integration : told) {
      decide(group, flush, integration, now);
    }
    forgetWhatIsOver(group, told, now);
  }

  @GuardedBy("lock")
  private Inhibitor.View inhibition(Instant now) {
    List<Labels> firing = new ArrayList<>();
    if (!config.inhibitRules().isEmpty()) {
      for (Held held : state.alerts.values()) {
        if (!held.resolved(now)) {
          firing.add(held.labels());
        }
      }
    }
    return new Inhibitor(config.inhibitRules()).over(firing);
  }

  /// Alerts that nobody sent again have stopped; the journal is to know before it says that someone
  /// was told so.
  @GuardedBy("lock")
  private void writeDownWhatRanOut(AlertGroup group, Instant now) {
    for (String fingerprint : group.alerts) {
      Held held = state.alerts.get(fingerprint);
      if (held != null && held.firing() && held.resolved(now)) {
        Held over = held.firing(false);
        state.alerts.put(fingerprint, over);
        journal.submit(JournalRecords.alert(over));
      }
    }
  }

  /// Decides whether one receiver is to be told of a group.
  @GuardedBy("lock")
  private void decide(AlertGroup group, Flush flush, Integration integration, Instant now) {
    LogKey key = new LogKey(group.id.key(), integration.key());
    Intent before = state.pending.get(key);
    if (flush.isMuted()) {
      return;
    }
    LogEntry entry = state.log.get(key);
    Flush news = flush.withoutWhatWasTold(entry, before);
    boolean sendResolved = integration.webhook().sendResolved();
    Duration repeat = group.route.repeatInterval();
    Reason reason = LogEntry.news(entry, news.firing(), news.resolved(), sendResolved, repeat, now);
    if (before != null) {
      if (before.says(news.firing(), news.resolved())) {
        return; // it is being tried
      }
      if (before.inFlight) {
        group.nextFlush = now.plus(LOOK_AGAIN);
        return;
      }
      if (before.perhapsTaken || !before.isCoveredBy(news.firing(), news.resolved())) {
        return; // it is heard first; then the group is looked at again
      }
      finish(before, IntentResult.State.REPLACED, "replaced by a newer one" + last(before), now);
      intend(group, news, integration, reason == null ? before.reason : reason, now);
      return;
    }
    if (reason == null) {
      return;
    }
    if (!sendResolved && news.firing().isEmpty()) {
      // Nobody wants to hear it, but next time the same alert is news again.
      LogEntry silent = state.told(key, news.firing(), news.resolved(), now, repeat);
      journal.submit(JournalRecords.log(key, silent));
      return;
    }
    intend(group, news, integration, reason, now);
  }

  private static String last(Intent intent) {
    return intent.detail.isEmpty() ? "" : "; last: " + intent.detail;
  }

  @GuardedBy("lock")
  private void intend(
      AlertGroup group, Flush flush, Integration integration, Reason reason, Instant now) {
    LogKey key = new LogKey(group.id.key(), integration.key());
    long sequence = state.nextSequence;
    Intent intent =
        new Intent(
            Intent.id(key, flush.items(), sequence, now),
            sequence,
            key,
            integration.receiver(),
            group.labels,
            flush.items(),
            now,
            group.route.repeatInterval(),
            reason);
    intent.ticket = journal.submit(JournalRecords.intent(intent));
    state.add(intent);
    counters.intended();
  }

  /// Lets go of alerts that are over and of which nobody believes that they fire.
  @GuardedBy("lock")
  private void forgetWhatIsOver(AlertGroup group, List<Integration> told, Instant now) {
    List<String> over = new ArrayList<>();
    for (String fingerprint : group.alerts) {
      Held held = state.alerts.get(fingerprint);
      if (held == null || (held.resolved(now) && !anyoneCares(told, group, fingerprint))) {
        over.add(fingerprint);
      }
    }
    over.forEach(group.alerts::remove);
    if (group.alerts.isEmpty()) {
      groups.remove(group);
      for (Integration each : told) {
        LogKey key = new LogKey(group.id.key(), each.key());
        LogEntry entry = state.log.get(key);
        if (entry != null && entry.firing().isEmpty()) {
          state.log.remove(key);
        }
      }
    }
    for (String fingerprint : over) {
      Held held = state.alerts.get(fingerprint);
      if (held != null && !groups.holds(held)) {
        state.alerts.remove(fingerprint);
        journal.submit(JournalRecords.gone(fingerprint));
      }
    }
  }

  /// Whether someone believes that an alert fires, or is about to be told of it.
  @GuardedBy("lock")
  private boolean anyoneCares(List<Integration> told, AlertGroup group, String fingerprint) {
    for (Integration integration : told) {
      LogKey key = new LogKey(group.id.key(), integration.key());
      LogEntry entry = state.log.get(key);
      Intent intent = state.pending.get(key);
      boolean believes = entry != null && entry.firing().contains(fingerprint);
      boolean hears =
          intent != null
              && (intent.firing.contains(fingerprint) || intent.resolved.contains(fingerprint));
      if (believes || hears) {
        return true;
      }
    }
    return false;
  }

  @GuardedBy("lock")
  private void giveUpOnTheGone(Instant now) {
    List<Intent> lost = new ArrayList<>();
    for (Intent intent : state.pending.values()) {
      if (!intent.inFlight && integration(intent) == null) {
        lost.add(intent);
      }
    }
    for (Intent intent : lost) {
      finish(
          intent,
          IntentResult.State.FAILED,
          "the configuration no longer has its receiver" + last(intent),
          now);
    }
    Instant old = now.minus(FORGET_AFTER);
    state.log.values().removeIf(entry -> entry.at().plus(entry.repeat()).isBefore(old));
  }

  @GuardedBy("lock")
  private @Nullable Integration integration(Intent intent) {
    for (Integration each : integrations.getOrDefault(intent.receiver, List.of())) {
      if (each.key().equals(intent.key.integration())) {
        return each;
      }
    }
    return null;
  }

  // ---- attempts --------------------------------------------------------------------------------

  /// Marks the intents that are tried now.
  @GuardedBy("lock")
  private List<Intent> ready(Instant now) {
    List<Intent> ready = new ArrayList<>();
    int ways = integrations.values().stream().mapToInt(List::size).sum();
    int share =
        Math.min(
            options.maxInFlightPerReceiver(),
            Math.max(1, options.maxInFlight() / Math.max(1, ways)));
    int total = inFlight.values().stream().mapToInt(Integer::intValue).sum();
    for (Intent intent : state.pending.values()) {
      Instant next = intent.nextAttempt;
      boolean waits = next == null || next.isAfter(now) || intent.inFlight || intent.ticket != null;
      int alike = inFlight.getOrDefault(intent.key.integration(), 0);
      if (waits || integration(intent) == null) {
        continue;
      }
      if (total >= options.maxInFlight() || alike >= share) {
        counters.waited();
        continue;
      }
      intent.inFlight = true;
      intent.attempts++;
      inFlight.merge(intent.key.integration(), 1, Integer::sum);
      total++;
      ready.add(intent);
    }
    return ready;
  }

  private void attempt(Intent intent) {
    Delivery delivery;
    lock.lock();
    try {
      Integration integration = integration(intent);
      if (integration == null) {
        done.add(new Done(intent, new Outcome.Refused("its receiver is gone")));
        return;
      }
      delivery =
          new Delivery(
              intent.id,
              intent.receiver,
              integration.webhook(),
              WebhookPayload.render(intent, integration.webhook(), options.externalUrl()),
              intent.attempts,
              timeout(integration, intent));
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("receiver", intent.receiver).setCause(e).log("no message was made");
      done.add(new Done(intent, new Outcome.Refused("no message could be made of it: " + e)));
      return;
    } finally {
      lock.unlock();
    }
    counters.attempted();
    try {
      executor.execute(() -> done.add(new Done(intent, outcome(delivery))));
    } catch (RejectedExecutionException e) {
      done.add(new Done(intent, new Outcome.Later("shutting down", null, intent.attempts > 1)));
    }
  }

  @SuppressWarnings("PMD.AvoidCatchingGenericException") // an attempt that throws must not vanish
  private Outcome outcome(Delivery delivery) {
    try {
      return deliverer.deliver(delivery);
    } catch (RuntimeException e) {
      return new Outcome.Later("an error that should not happen: " + e, null, true);
    }
  }

  @GuardedBy("lock")
  private Duration timeout(Integration integration, Intent intent) {
    Duration own = integration.webhook().timeout();
    if (own != null && !own.isZero() && !own.isNegative()) {
      return own;
    }
    Duration interval = groupInterval(intent);
    Duration atLeast =
        interval.compareTo(options.minTimeout()) < 0 ? options.minTimeout() : interval;
    return atLeast.compareTo(options.maxTimeout()) > 0 ? options.maxTimeout() : atLeast;
  }

  @GuardedBy("lock")
  private Duration groupInterval(Intent intent) {
    for (AlertGroup group : groups.withKey(intent.key.group())) {
      return group.route.groupInterval();
    }
    return config.route().groupInterval();
  }

  @GuardedBy("lock")
  private void takeIn(Done each, Instant now) {
    Intent intent = each.intent;
    intent.inFlight = false;
    inFlight.merge(intent.key.integration(), -1, (a, b) -> a + b == 0 ? null : a + b);
    intent.detail = each.outcome.detail();
    switch (each.outcome) {
      case Outcome.Delivered delivered -> {
        counters.delivered();
        finish(intent, IntentResult.State.DELIVERED, delivered.detail(), now);
        lookAgain(intent, now);
      }
      case Outcome.Refused refused -> {
        counters.failed();
        finish(intent, IntentResult.State.FAILED, refused.detail(), now);
      }
      case Outcome.Later later -> {
        counters.retried();
        intent.perhapsTaken = later.perhapsTaken();
        Duration asked = later.after();
        Duration wait = backoff.after(intent.attempts);
        if (asked != null && asked.compareTo(wait) > 0) {
          wait = asked.compareTo(options.maxRetryAfter()) > 0 ? options.maxRetryAfter() : asked;
        }
        intent.nextAttempt = now.plus(wait);
      }
    }
  }

  @GuardedBy("lock")
  private void finish(Intent intent, IntentResult.State result, String detail, Instant now) {
    IntentResult what = new IntentResult(intent.id, result, now, intent.attempts, detail);
    state.finish(intent, what);
    journal.submit(JournalRecords.result(what));
  }

  /// What a receiver was told may have been overtaken while it was told: the group is looked at as
  /// soon as its rhythm allows.
  @GuardedBy("lock")
  private void lookAgain(Intent intent, Instant now) {
    for (AlertGroup group : groups.withKey(intent.key.group())) {
      Instant soonest = intent.at.plus(group.route.groupInterval());
      soonest = soonest.isBefore(now) ? now : soonest;
      group.nextFlush = group.nextFlush.isBefore(soonest) ? group.nextFlush : soonest;
    }
  }

  // ---- the book --------------------------------------------------------------------------------

  @Override
  public List<String> receivers() {
    lock.lock();
    try {
      return List.copyOf(integrations.keySet());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Labels receiverLabels(String receiver) {
    lock.lock();
    try {
      var found = config.receiver(receiver);
      return found == null ? Labels.of("name", receiver) : found.labels();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Duration resolveTimeout() {
    lock.lock();
    try {
      return config.resolveTimeout();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Notification> notifications(Instant from, Instant to, int limit) {
    lock.lock();
    try {
      List<Notification> all = new ArrayList<>(state.history);
      state
          .pending
          .values()
          .forEach(intent -> all.add(intent.notification(Notification.State.PENDING, null)));
      return all.stream()
          .filter(each -> !each.intendedAt().isBefore(from) && each.intendedAt().isBefore(to))
          .sorted(Comparator.comparing(Notification::intendedAt).reversed())
          .limit(limit)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Received> alerts() {
    lock.lock();
    try {
      Views views = views();
      List<Received> all = new ArrayList<>();
      for (Held held : state.alerts.values()) {
        all.add(received(held, views, config.route().match(held.labels())));
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Group> groups() {
    lock.lock();
    try {
      Views views = views();
      List<Group> all = new ArrayList<>();
      for (AlertGroup group : groups.all()) {
        List<Received> alerts = new ArrayList<>();
        for (String fingerprint : group.alerts) {
          Held held = state.alerts.get(fingerprint);
          if (held != null) {
            alerts.add(received(held, views, List.of(group.route)));
          }
        }
        all.add(new Group(group.id.key(), group.labels, group.route.receiver(), alerts));
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  /// What mutes alerts at the last tick.
  private record Views(List<Silence> active, Inhibitor.View inhibition, Instant now) {}

  @GuardedBy("lock")
  private Views views() {
    return new Views(silences.active(lastTick), inhibition(lastTick), lastTick);
  }

  @GuardedBy("lock")
  private Received received(Held held, Views views, List<Route> routes) {
    TreeSet<String> muted = new TreeSet<>();
    Map<String, Boolean> receivers = new LinkedHashMap<>();
    boolean everywhere = !routes.isEmpty();
    for (Route route : routes) {
      receivers.put(route.receiver(), true);
      List<String> by = TimeMuting.mutedBy(route, config.timeIntervals(), views.now);
      everywhere = everywhere && !by.isEmpty();
      muted.addAll(by);
    }
    return new Received(
        held.fingerprint(),
        held.alert(),
        held.updatedAt(),
        List.copyOf(receivers.keySet()),
        Silences.matching(views.active, held.labels()),
        views.inhibition.inhibitedBy(held.labels()),
        everywhere ? List.copyOf(muted) : List.of());
  }

  @Override
  public String configuration() {
    lock.lock();
    try {
      return config.redacted();
    } finally {
      lock.unlock();
    }
  }

  /// What it counts.
  NotifyCounters counters() {
    return counters;
  }

  /// Records that the journal did not take.
  long journalFailures() {
    return journal.failures();
  }

  /// Alerts held, groups of them, and notifications not yet delivered.
  NotifySizes sizes() {
    lock.lock();
    try {
      return new NotifySizes(
          state.alerts.size(), groups.all().size(), state.pending.size(), inFlight.size());
    } finally {
      lock.unlock();
    }
  }

  /// Stops writing. Attempts under way go on; what becomes of them is not written down, so they are
  /// made again after the next start.
  @Override
  public void close() {
    ticking.lock();
    try {
      journal.close();
    } finally {
      ticking.unlock();
    }
  }
}
