package dev.mangru.server.self;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FaultsTest {

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(Faults.class);
  private final Faults faults = new Faults();

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
    logger.setAdditive(false);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(logged);
    logger.setAdditive(true);
  }

  @Test
  void a_fault_that_repeats_is_counted_each_time_and_logged_once() {
    for (int i = 0; i < 5; i++) {
      faults.report("loop", new IllegalStateException("number " + i));
    }
    faults.report("another loop", new IllegalStateException("elsewhere"));
    assertThat(faults.total()).isEqualTo(6);
    assertThat(logged.list).hasSize(2);
  }

  @Test
  void shapes_without_end_do_not_fill_the_log() {
    for (int i = 0; i < 3_000; i++) {
      faults.report("place " + i, new IllegalStateException());
    }
    assertThat(faults.total()).isEqualTo(3_000);
    assertThat(logged.list).hasSize(1_000);
  }
}
