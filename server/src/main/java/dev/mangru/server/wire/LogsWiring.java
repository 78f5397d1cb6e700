package dev.mangru.server.wire;

import dev.mangru.logindex.LogIndex;
import dev.mangru.logindex.LogIndexMetrics;
import dev.mangru.server.config.DataDirectory;
import dev.mangru.server.config.MangruProperties;
import dev.mangru.server.self.Health;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The log index.
@Configuration(proxyBeanMethods = false)
class LogsWiring {

  @Bean
  LogIndex logIndex(
      DataDirectory directory, MangruProperties properties, InstantSource clock, Health health)
      throws IOException {
    LogIndex index = LogIndex.open(properties.logs().options(directory.path()), clock);
    health.watch("logs", () -> index.append(List.of()), index::brokenBy);
    return index;
  }

  @Bean
  LogIndexMetrics logIndexMetrics(LogIndex index) {
    return new LogIndexMetrics(index);
  }
}
