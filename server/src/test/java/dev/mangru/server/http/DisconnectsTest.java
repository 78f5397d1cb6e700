package dev.mangru.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mangru.model.metric.Cancellation;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real connector, and an endpoint that computes until it is told to stop.
@Timeout(30)
class DisconnectsTest {

  private static final String REQUEST = "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir Path folder;
  private final Disconnects disconnects = new Disconnects();
  private final BlockingQueue<Cancellation> begun = new ArrayBlockingQueue<>(8);
  private final CountDownLatch finish = new CountDownLatch(1);
  private final Tomcat tomcat = new Tomcat();

  private final class Slow extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Cancellation cancellation = new Cancellation();
      try (Disconnects.Watch _ = disconnects.watch(request, cancellation)) {
        begun.add(cancellation);
        if (!finish.await(20, TimeUnit.SECONDS)) {
          throw new IOException("nobody let the endpoint finish");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      response.getOutputStream().print("done");
    }
  }

  @BeforeEach
  void start() throws Exception {
    tomcat.setBaseDir(folder.toString());
    tomcat.setPort(0);
    Context context = tomcat.addContext("", folder.toString());
    Tomcat.addServlet(context, "slow", new Slow());
    context.addServletMappingDecoded("/slow", "slow");
    tomcat.getEngine().getPipeline().addValve(Disconnects.valve());
    tomcat.getConnector();
    tomcat.start();
  }

  @AfterEach
  void stop() throws Exception {
    finish.countDown();
    tomcat.stop();
    tomcat.destroy();
  }

  private Socket send(String text) throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), tomcat.getConnector().getLocalPort());
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return socket;
  }

  private Cancellation begun() throws InterruptedException {
    Cancellation cancellation = begun.poll(10, TimeUnit.SECONDS);
    assertThat(cancellation).isNotNull();
    return cancellation;
  }

  /// Looks again and again, as the loop does, for at most five seconds.
  private boolean canceled(Cancellation cancellation) {
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!cancellation.requested() && System.nanoTime() < deadline) {
      disconnects.check();
    }
    return cancellation.requested();
  }

  @Test
  void a_query_is_canceled_when_its_caller_closes_the_connection() throws Exception {
    Cancellation cancellation;
    try (Socket _ = send(REQUEST)) {
      cancellation = begun();
    }
    assertThat(canceled(cancellation)).isTrue();
  }

  @Test
  void a_query_whose_caller_waits_goes_on_and_is_answered() throws Exception {
    try (Socket socket = send(REQUEST)) {
      Cancellation cancellation = begun();
      for (int i = 0; i < 1_000; i++) {
        disconnects.check();
      }
      assertThat(cancellation.requested()).isFalse();
      finish.countDown();
      byte[] answer = new byte[12];
      assertThat(socket.getInputStream().readNBytes(answer, 0, 12)).isEqualTo(12);
      assertThat(new String(answer, StandardCharsets.ISO_8859_1)).isEqualTo("HTTP/1.1 200");
    }
  }

  @Test
  void a_next_request_on_the_connection_is_no_disconnect_and_is_answered_too() throws Exception {
    try (Socket socket = send(REQUEST + REQUEST)) {
      Cancellation first = begun();
      for (int i = 0; i < 1_000; i++) {
        disconnects.check();
      }
      assertThat(first.requested()).isFalse();
      finish.countDown();
      begun();
      socket.shutdownOutput();
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
    }
  }
}
