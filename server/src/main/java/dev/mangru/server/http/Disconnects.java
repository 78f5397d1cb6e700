package dev.mangru.server.http;

import dev.mangru.model.metric.Cancellation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

/// Ends queries whose callers closed the connection, so that Esc in the browser stops the work.
///
/// A servlet learns that its client has gone only when it writes. While a query computes, its
/// thread touches the connection neither way, so someone else may ask the connector to read ahead
/// without blocking: bytes of a next request make it say “something is there” once, the end of the
/// stream makes it say so every time. Two times in a row therefore mean that nobody waits for the
/// answer.
///
/// Source: `Http11InputBuffer.available` of Tomcat 11. Thread-safe.
public final class Disconnects {

  private static final String CONNECTION = Disconnects.class.getName() + ".connection";

  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  /// Watches a request until the watch is closed, which has to happen before its answer is written.
  public Watch watch(HttpServletRequest request, Cancellation cancellation) {
    Watch watch =
        new Watch(
            request.getAttribute(CONNECTION) instanceof org.apache.coyote.Request connection
                ? connection
                : null,
            cancellation);
    watches.add(watch);
    return watch;
  }

  /// Looks at every watched connection once. Called every 100 ms or so.
  public void check() {
    watches.forEach(Watch::check);
  }

  /// Hands the connector's own request to [#watch]; sits in Tomcat's pipeline.
  public static ValveBase valve() {
    return new ConnectionValve();
  }

  /// A watched request.
  public final class Watch implements AutoCloseable {

    private org.apache.coyote.@Nullable Request connection;
    private final Cancellation cancellation;
    private boolean seenBefore;

    private Watch(org.apache.coyote.@Nullable Request connection, Cancellation cancellation) {
      this.connection = connection;
      this.cancellation = cancellation;
    }

    private synchronized void check() {
      org.apache.coyote.Request open = connection;
      if (open == null) {
        return;
      }
      open.action(ActionCode.AVAILABLE, true);
      boolean seen = open.getAvailable() > 0;
      if (seen && seenBefore) {
        cancellation.request();
      }
      seenBefore = seen;
    }

    @Override
    public synchronized void close() {
      connection = null;
      watches.remove(this);
    }
  }

  private static final class ConnectionValve extends ValveBase {

    ConnectionValve() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response)
        throws java.io.IOException, jakarta.servlet.ServletException {
      request.setAttribute(CONNECTION, request.getCoyoteRequest());
      getNext().invoke(request, response);
    }
  }
}
