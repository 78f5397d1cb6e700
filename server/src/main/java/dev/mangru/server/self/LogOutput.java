package dev.mangru.server.self;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.jul.LevelChangePropagator;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// Where what is logged goes. Logback finds this class by itself (`META-INF/services`) and begins
/// with warnings on the console, which is all that subcommands need; a server calls [#open] once it
/// has its data directory. In Java because reading it from XML took a tenth of the start.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogOutput extends ContextAwareBase implements Configurator {

  private static final String CONSOLE_LINE =
      "%d{HH:mm:ss} %-5level %msg%replace( %kvp){'^ $', ''}%n%ex{1}";
  private static final String FILE_LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{30}"
          + " %msg%replace( %kvp){'^ $', ''}%n%ex";

  private static final FileSize FILE = new FileSize(10 * FileSize.MB_COEFFICIENT);
  private static final FileSize ALL_FILES = new FileSize(100 * FileSize.MB_COEFFICIENT);
  private static final int DAYS = 14;

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    context.getLogger("ROOT").addAppender(console(context));
    context.getLogger("ROOT").setLevel(Level.WARN);
    // A start that fails before the server's own log is open is told by the command line, in one
    // line.
    context.getLogger("org.springframework").setLevel(Level.OFF);
    watchersSpeak(context);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// The server's log: a file of its own in the data directory, and warnings of Mangru on the
  /// console. 10 MB a file, at most 100 MB in all. Frameworks speak to the file alone, and so does
  /// what logs through the JDK's own logging.
  public static void open(Path data) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return; // another binding of SLF4J, which has its own ways
    }
    context.reset();
    Appender<ILoggingEvent> file = file(context, data.resolve("log"));
    context.getLogger("ROOT").setLevel(Level.WARN);
    context.getLogger("ROOT").addAppender(file);
    ch.qos.logback.classic.Logger mangru = context.getLogger("dev.mangru");
    mangru.setLevel(Level.INFO);
    mangru.setAdditive(false);
    mangru.addAppender(file);
    mangru.addAppender(console(context));
    // Recommends an incubating module for vector search, which is not used.
    context.getLogger("org.apache.lucene.internal.vectorization").setLevel(Level.ERROR);
    watchersSpeak(context);
    LevelChangePropagator levels = new LevelChangePropagator();
    levels.setContext(context);
    levels.setResetJUL(true);
    levels.start();
    context.addListener(levels);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  /// Whoever watches the cluster says what is wrong once, without the stack.
  private static void watchersSpeak(LoggerContext context) {
    context.getLogger("io.fabric8").setLevel(Level.ERROR);
  }

  private static PatternLayoutEncoder encoder(LoggerContext context, String pattern) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setPattern(pattern);
    encoder.start();
    return encoder;
  }

  private static Appender<ILoggingEvent> console(LoggerContext context) {
    ThresholdFilter warnings = new ThresholdFilter();
    warnings.setContext(context);
    warnings.setLevel("WARN");
    warnings.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("CONSOLE");
    console.setTarget("System.err");
    console.addFilter(warnings);
    console.setEncoder(encoder(context, CONSOLE_LINE));
    console.start();
    return console;
  }

  private static Appender<ILoggingEvent> file(LoggerContext context, Path folder) {
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setContext(context);
    file.setName("FILE");
    file.setFile(folder.resolve("mangru.log").toString());
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
    rolling.setContext(context);
    rolling.setParent(file);
    rolling.setFileNamePattern(folder.resolve("mangru-%d{yyyy-MM-dd}.%i.log.gz").toString());
    rolling.setMaxFileSize(FILE);
    rolling.setMaxHistory(DAYS);
    rolling.setTotalSizeCap(ALL_FILES);
    rolling.start();
    file.setRollingPolicy(rolling);
    file.setTriggeringPolicy(rolling);
    file.setEncoder(encoder(context, FILE_LINE));
    file.start();
    return file;
  }
}
