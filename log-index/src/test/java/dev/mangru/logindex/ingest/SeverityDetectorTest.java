package dev.mangru.logindex.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.log.Severity;
import dev.mangru.model.metric.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeverityDetectorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      textBlock =
          """
          ERROR ~ {"level":"error","msg":"x"}
          WARN ~ {"ts":1.5,"caller":"a.go:1","level": "warn","msg":"level=error"}
          INFO ~ {"severity":"INFO","message":"said \\"level\\": ERROR"}
          ERROR ~ {"level":50,"time":1531171074631,"msg":"hello","pid":657}
          FATAL ~ {"level":60,"msg":"bunyan"}
          WARN ~ {"@t":"2026","@l":"Warning"}
          ERROR ~ {"message":"boom","log.level":"ERROR","ecs.version":"1.2.0"}
          ERROR ~ {"version":"1.1","short_message":"gelf","level":3}
          UNKNOWN ~ {"msg":"no level here"}
          UNKNOWN ~ {"level":"purple"}
          INFO ~ level=info ts=2026-11-21 msg="all good, no ERROR"
          ERROR ~ time="2026-11-21T12:58:37Z" level=error msg="x"
          WARN ~ ts=1 lvl=warn msg=x
          DEBUG ~ t=2026 severity="DEBUG" m=x
          INFO ~ I1121 12:58:37.123456       1 leaderelection.go:258] successfully acquired lease
          WARN ~ W0102 15:04:05.678901   12345 reflector.go:324] watch closed
          ERROR ~ E0102 15:04:05.678901       7 pod_workers.go:951] Error syncing pod
          FATAL ~ F0102 15:04:05.678901       7 server.go:1] bye
          UNKNOWN ~ Entering the hall
          ERROR ~ 2026/11/21 12:58:37 [error] 31#31: *1 open() failed
          FATAL ~ 2026/11/21 12:58:37 [crit] 31#31: *1 connect() failed
          ERROR ~ [Sat Nov 21 12:58:37.1 2026] [core:error] [pid 35708] File does not exist
          INFO ~ [Sat Nov 21 12:58:37 2026] [notice] Apache configured
          WARN ~ [WARN ] disk almost full
          ERROR ~ 2026-11-21T12:58:37.123Z ERROR 1 --- [main] o.s.boot.SpringApplication : failed
          INFO ~ 2026-11-21T12:58:37.123+09:00  INFO 1 --- [nio-8080-exec-1] c.e.Shop : ERROR code sent
          WARN ~ 12:58:37.123 [main] WARN  com.example.Foo - slow
          ERROR ~ Nov 21, 2026 1:28:07 PM SEVERE org.apache.catalina
          WARN ~ WARNING:root:deprecated
          ERROR ~ 2026-11-21 12:58:37,123 - app - ERROR - boom
          FATAL ~ CRITICAL:app:no more
          FATAL ~ panic: runtime error: index out of range [3] with length 3
          FATAL ~ fatal error: all goroutines are asleep - deadlock!
          ERROR ~ Traceback (most recent call last):
          ERROR ~ Exception in thread "main" java.lang.NullPointerException
          ERROR ~ Caused by: java.io.IOException: no
          ERROR ~ error: cannot find module
          WARN ~ warning: unused variable
          WARN ~ warn: page one
          WARN ~ Warn: slow
          INFO ~ notice: started
          FATAL ~ critical: disk gone
          ERROR ~ 12:58:37 error: boom
          WARN ~ 2026-11-21T12:58:37.123Z warn: slow
          WARN ~ main.c:3:4: warning: unused variable
          ERROR ~ app[12]: error: boom
          UNKNOWN ~ no error: all good
          UNKNOWN ~ config: read
          UNKNOWN ~ 12:58:37 42 7:
          ERROR ~ <11>Nov 21 12:58:37 host app: x
          INFO ~ <134>1 2026-11-21T12:58:37Z host app 1 ID47 - x
          UNKNOWN ~ <999>no priority
          UNKNOWN ~ <html>
          UNKNOWN ~ 10.0.0.1 - - [21/Nov/2026:12:58:37 +0000] "GET / HTTP/1.1" 500 12
          UNKNOWN ~ INFORMATIVE text and TERROR
          UNKNOWN ~ the error is in lower case and in the middle
          UNKNOWN ~ 결제 실패
          """)
  void a_line_tells_its_severity(String severity, String line) {
    assertThat(SeverityDetector.ofLine(line.strip()).name()).isEqualTo(severity.strip());
  }

  @Test
  void colours_and_blanks_before_the_level_do_not_hide_it() {
    assertThat(SeverityDetector.ofLine("  \u001b[31mERROR\u001b[0m boom"))
        .isEqualTo(Severity.ERROR);
    assertThat(SeverityDetector.ofLine("\u001b[")).isEqualTo(Severity.UNKNOWN);
    assertThat(SeverityDetector.ofLine("   ")).isEqualTo(Severity.UNKNOWN);
  }

  @Test
  void an_attribute_wins_over_a_label_and_both_over_the_line() {
    Labels error = Labels.of("level", "err");
    Labels debug = Labels.of("severity", "D");
    assertThat(SeverityDetector.detect(error, debug, "INFO x")).isEqualTo(Severity.DEBUG);
    assertThat(SeverityDetector.detect(error, Labels.empty(), "INFO x")).isEqualTo(Severity.ERROR);
    assertThat(SeverityDetector.detect(Labels.of("level", "purple"), Labels.empty(), "INFO x"))
        .isEqualTo(Severity.INFO);
  }

  @Test
  void only_the_head_of_a_line_is_looked_at() {
    assertThat(SeverityDetector.ofLine("x".repeat(SeverityDetector.HEAD) + " ERROR"))
        .isEqualTo(Severity.UNKNOWN);
    assertThat(SeverityDetector.ofLine("{\"a\":\"" + "\\\"".repeat(5_000)))
        .isEqualTo(Severity.UNKNOWN);
  }
}
