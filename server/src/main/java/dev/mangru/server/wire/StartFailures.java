package dev.mangru.server.wire;

import dev.mangru.model.error.MangruException;
import dev.mangru.server.config.StartFailure;
import java.io.IOException;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.web.server.PortInUseException;

/// Finds the cause that people can act on in what a failed start throws.
final class StartFailures {

  private StartFailures() {}

  static StartFailure explain(RuntimeException failure) {
    Throwable deepest = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      deepest = cause;
      switch (cause) {
        case StartFailure known -> {
          return known;
        }
        case PortInUseException taken -> {
          return new StartFailure(
              StartFailure.UNAVAILABLE,
              "port "
                  + taken.getPort()
                  + " is in use by another process; stop that, or choose another with --port",
              failure);
        }
        case UnboundConfigurationPropertiesException unbound -> {
          return configuration(
              "unknown configuration key "
                  + unbound.getUnboundProperties().stream()
                      .map(StartFailures::where)
                      .collect(Collectors.joining(", "))
                  + "; application.yaml in the server's sources lists every key",
              failure);
        }
        case BindException bind when !leadsToUnbound(bind) -> {
          return configuration(
              "configuration key "
                  + bind.getName()
                  + " has a value that does not fit: "
                  + lastMessage(bind),
              failure);
        }
        default -> {
          // look deeper
        }
      }
    }
    if (deepest instanceof MangruException || deepest instanceof IOException) {
      return new StartFailure(
          StartFailure.INPUT_OUTPUT,
          lastMessage(failure) + "; \"mangru check DIR\" tells more",
          failure);
    }
    if (deepest instanceof IllegalArgumentException) {
      return configuration(lastMessage(failure), failure);
    }
    return new StartFailure(
        StartFailure.SOFTWARE,
        "the start failed: "
            + deepest.getClass().getName()
            + ": "
            + deepest.getMessage()
            + "; the log in the data directory tells more",
        failure);
  }

  private static StartFailure configuration(String message, Throwable cause) {
    return new StartFailure(StartFailure.CONFIGURATION, message, cause);
  }

  private static String where(ConfigurationProperty property) {
    return property.getName()
        + (property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")");
  }

  private static boolean leadsToUnbound(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnboundConfigurationPropertiesException) {
        return true;
      }
    }
    return false;
  }

  private static String lastMessage(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        message = cause.getMessage();
      }
    }
    return message.replace('\n', ' ');
  }
}
