package dev.mangru.collector.tail;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;

/// Logs each distinct trouble once. Bounded: after the limit only the counters speak. Confined to
/// one thread.
final class ToldOnce {

  private static final int MAX_KEYS = 1_000;

  private final Logger log;
  private final Set<String> told = new HashSet<>();

  ToldOnce(Logger log) {
    this.log = log;
  }

  void warn(String what, Object where, Object why) {
    if (told.size() < MAX_KEYS && told.add(what + ' ' + where)) {
      log.atWarn().addKeyValue("path", where).addKeyValue("reason", why).log(what);
    }
  }
}
