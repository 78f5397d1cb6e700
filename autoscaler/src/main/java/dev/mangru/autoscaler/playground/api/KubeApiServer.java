package dev.mangru.autoscaler.playground.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.mangru.autoscaler.playground.schema.ObjectRules;
import dev.mangru.autoscaler.playground.schema.OpenApi;
import dev.mangru.autoscaler.playground.schema.ResourceCatalog;
import dev.mangru.autoscaler.playground.store.KubeApiException;
import dev.mangru.autoscaler.playground.store.ObjectStore;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Kubernetes API of the playground on a port of the loopback interface. Thread-safe.
///
/// It speaks plain HTTP, and HTTPS on a second port when it is given an [SSLContext]. It is for
/// this machine's user only: it listens on 127.0.0.1, answers requests to `localhost`, `127.0.0.1`
/// and `[::1]` only (so that no web page reaches it by a name of its own), refuses requests that a
/// web page makes, and asks for a bearer token if it has one.
///
/// Every answer waits until what it tells of is durable in the store.
public final class KubeApiServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KubeApiServer.class);

  static {
    // Read once by the JDK's server. Without the first, every event of a watch waits 40 ms for the
    // client's acknowledgement of the one before; the second outlives the idle connections that Go
    // (90 s) and Java (30 s) clients keep, which would else reuse one that is being closed.
    setUnlessSet("sun.net.httpserver.nodelay", "true");
    setUnlessSet("sun.net.httpserver.idleInterval", "120");
  }

  private static final int BACKLOG = 128;
  private static final long WATCHDOG_MILLIS = 1000;

  /// Requests that are worked on at a time, as upstream's `--max-requests-inflight`.
  private static final int MAX_IN_FLIGHT = 400;

  private static final String SWAGGER_PROTOBUF =
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

  private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
  private final Discovery discovery;
  private final OpenApi openApi;
  private final ResourceCatalog catalog;
  private final ObjectRoutes routes;
  private final Watches watches;
  private final Faults faults;
  private final byte @Nullable [] token;
  private final CountDownLatch closing;
  private final List<HttpServer> servers = new ArrayList<>();
  private final ExecutorService requests;
  private final int port;
  private final int tlsPort;

  private static void setUnlessSet(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  /// What to serve and how; not thread-safe.
  public static final class Builder {
    private final ObjectStore store;
    private final InstantSource clock;
    private int port;
    private int tlsPort;
    private @Nullable SSLContext tls;
    private @Nullable String token;
    private MetricsSource metrics = MetricsSource.NONE;
    private PodLogs logs = PodLogs.NONE;
    private ProxyPages pages = ProxyPages.NONE;
    private Faults faults = new Faults();
    private Ticker ticker = Ticker.SYSTEM;

    private Builder(ObjectStore store, InstantSource clock) {
      this.store = store;
      this.clock = clock;
    }

    /// The port for plain HTTP; 0, as by default, for any free one.
    public Builder port(int chosen) {
      port = chosen;
      return this;
    }

    /// HTTPS as well, on this port or, with 0, any free one.
    public Builder tls(SSLContext context, int chosen) {
      tls = context;
      tlsPort = chosen;
      return this;
    }

    /// Requests must carry this bearer token; by default none is asked for.
    public Builder token(String required) {
      token = required;
      return this;
    }

    /// Where usage comes from.
    public Builder metrics(MetricsSource source) {
      metrics = source;
      return this;
    }

    /// Where log lines come from.
    public Builder logs(PodLogs source) {
      logs = source;
      return this;
    }

    /// Where the pages of pods, services and nodes come from.
    public Builder pages(ProxyPages source) {
      pages = source;
      return this;
    }

    /// What goes wrong on purpose.
    public Builder faults(Faults wanted) {
      faults = wanted;
      return this;
    }

    /// Elapsed time, for the timeouts and bookmarks of watches.
    public Builder ticker(Ticker source) {
      ticker = source;
      return this;
    }

    /// Opens the ports and makes the namespaces that every cluster has.
    ///
    /// @throws IOException if a port cannot be opened
    public KubeApiServer start() throws IOException {
      return new KubeApiServer(this);
    }
  }

  /// Begins with the objects to serve and the clock that timestamps come from.
  public static Builder builder(ObjectStore store, InstantSource clock) {
    return new Builder(store, clock);
  }

  private KubeApiServer(Builder how) throws IOException {
    catalog = new ResourceCatalog();
    how.store.list(Registry.DEFINITIONS, "").items().forEach(catalog::register);
    Registry registry = new Registry(how.store, catalog, new ObjectRules(catalog), how.clock);
    SystemNamespaces.ensure(registry);
    faults = how.faults;
    token = how.token == null ? null : how.token.getBytes(StandardCharsets.UTF_8);
    closing = new CountDownLatch(1);
    discovery = new Discovery(catalog);
    openApi = new OpenApi(catalog, Discovery.VERSION);
    watches = new Watches(registry, faults, how.clock, how.ticker);
    routes =
        new ObjectRoutes(
            registry,
            how.clock,
            watches,
            new Subresources(
                registry,
                new Scales(registry),
                new Evictions(registry, how.clock),
                new Bindings(registry, how.clock),
                new LogRoutes(registry, how.logs, how.clock, closing),
                how.pages),
            new UsageResources(registry, how.metrics));
    requests =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("playground-api-", 0).factory());
    try {
      port = open(HttpServer.create(address(how.port), BACKLOG));
      tlsPort = how.tls == null ? -1 : open(secure(how.tls, how.tlsPort));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    Thread.ofVirtual().name("playground-api-watchdog").start(this::watchSlowWatchers);
    LOG.atInfo().addKeyValue("port", port).log("the playground's API server listens");
  }

  private static InetSocketAddress address(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private static HttpsServer secure(SSLContext context, int port) throws IOException {
    HttpsServer server = HttpsServer.create(address(port), BACKLOG);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return server;
  }

  private int open(HttpServer server) {
    server.setExecutor(requests);
    server.createContext("/", this::handle);
    server.start();
    servers.add(server);
    return server.getAddress().getPort();
  }

  /// The port of plain HTTP.
  public int port() {
    return port;
  }

  /// `http://127.0.0.1:PORT`.
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /// `https://127.0.0.1:PORT`; empty without TLS.
  public Optional<String> tlsUrl() {
    return tlsPort < 0 ? Optional.empty() : Optional.of("https://127.0.0.1:" + tlsPort);
  }

  /// What goes wrong on purpose; may be changed at any time.
  public Faults faults() {
    return faults;
  }

  /// What is served.
  public ResourceCatalog catalog() {
    return catalog;
  }

  /// How many watches are open.
  public int openWatches() {
    return watches.count();
  }

  /// Stops answering and ends every watch.
  @Override
  public void close() {
    closing.countDown();
    watches.close();
    for (HttpServer server : servers) {
      server.stop(0);
    }
    requests.shutdownNow();
  }

  private void watchSlowWatchers() {
    try {
      while (!closing.await(WATCHDOG_MILLIS, TimeUnit.MILLISECONDS)) {
        watches.cutOffSlow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- requests --------------------------------------------------------------------------------

  private void handle(HttpExchange http) {
    try (http) {
      if (faults.away()) {
        return; // closing without an answer is all that a dead server does
      }
      serve(http);
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("a client went away");
    }
  }

  private void serve(HttpExchange http) throws IOException {
    ApiExchange exchange = null;
    try {
      exchange = new ApiExchange(http);
      requireLocal(exchange);
      requireToken(exchange);
      route(exchange);
    } catch (KubeApiException e) {
      refuse(http, exchange, e);
    } catch (MangruException e) {
      refuse(http, exchange, new KubeApiException(e.code().httpStatus(), "", e.text(), null));
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("method", http.getRequestMethod())
          .addKeyValue("path", http.getRequestURI().getRawPath())
          .setCause(e)
          .log("a request to the playground's API failed");
      refuse(http, exchange, KubeApiException.internal(String.valueOf(e)));
    }
  }

  private static void refuse(
      HttpExchange http, @Nullable ApiExchange exchange, KubeApiException refusal)
      throws IOException {
    if (exchange != null && exchange.answered()) {
      throw new IOException("failed in the middle of an answer: " + refusal.text(), refusal);
    }
    if (refusal.retryAfterSeconds() > 0) {
      http.getResponseHeaders().set("Retry-After", Integer.toString(refusal.retryAfterSeconds()));
    }
    byte[] body = JsonBodies.bytes(refusal.toStatus());
    http.getResponseHeaders().set("Content-Type", "application/json");
    http.sendResponseHeaders(refusal.code(), body.length);
    http.getResponseBody().write(body);
  }

  private static void requireLocal(ApiExchange exchange) {
    String host = exchange.header("Host");
    int colon = host.lastIndexOf(':');
    String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    if (!List.of("localhost", "127.0.0.1", "[::1]").contains(name)) {
      throw new KubeApiException(
          403,
          "Forbidden",
          "this server answers on localhost, 127.0.0.1 and [::1] only, not on \"" + host + "\"",
          null);
    }
    String origin = exchange.header("Origin");
    if (!origin.isEmpty() && !origin.endsWith("://" + host)) {
      throw new KubeApiException(
          403, "Forbidden", "this server does not answer to web pages", null);
    }
  }

  private void requireToken(ApiExchange exchange) {
    if (token == null) {
      return;
    }
    String given = exchange.header("Authorization");
    String prefix = "Bearer ";
    boolean right =
        given.startsWith(prefix)
            && MessageDigest.isEqual(
                token, given.substring(prefix.length()).getBytes(StandardCharsets.UTF_8));
    if (!right) {
      throw new KubeApiException(401, "Unauthorized", "Unauthorized", null);
    }
  }

  private void route(ApiExchange exchange) throws IOException {
    List<String> path = exchange.segments();
    String first = path.isEmpty() ? "" : path.getFirst();
    switch (first) {
      case "api" -> {
        if (path.size() < 3) {
          discover(exchange, path);
        } else {
          resource(exchange, "", path.get(1), path.subList(2, path.size()));
        }
      }
      case "apis" -> {
        if (path.size() < 4) {
          discover(exchange, path);
        } else {
          resource(exchange, path.get(1), path.get(2), path.subList(3, path.size()));
        }
      }
      case "version" -> answer(exchange, Discovery.version());
      case "livez", "readyz", "healthz" ->
          exchange.answer(200, "text/plain", "ok".getBytes(StandardCharsets.US_ASCII));
      case "openapi" -> openApi(exchange, path);
      default -> throw KubeApiException.noSuchPath();
    }
  }

  private static void answer(ApiExchange exchange, tools.jackson.databind.JsonNode body)
      throws IOException {
    exchange.answer(200, body);
  }

  private void discover(ApiExchange exchange, List<String> path) throws IOException {
    if (!exchange.method().equals("GET")) {
      throw KubeApiException.methodNotAllowed("discovery is read with GET only");
    }
    MediaTypes.Form form = MediaTypes.negotiate(exchange.headers("Accept"));
    boolean core = path.getFirst().equals("api");
    if (path.size() == 1 && form == MediaTypes.Form.AGGREGATED_DISCOVERY) {
      exchange.answer(
          200,
          "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
          JsonBodies.bytes(discovery.aggregated(core)));
    } else if (path.size() == 1) {
      answer(exchange, core ? discovery.coreVersions("127.0.0.1:" + port) : discovery.groups());
    } else {
      String group = core ? "" : path.get(1);
      String version = core ? path.get(1) : path.size() > 2 ? path.get(2) : "";
      if (!catalog.groups().contains(group)
          || (!version.isEmpty() && !catalog.versions(group).contains(version))) {
        throw KubeApiException.noSuchPath();
      }
      answer(
          exchange,
          version.isEmpty() ? discovery.group(group) : discovery.resources(group, version));
    }
  }

  private void openApi(ApiExchange exchange, List<String> path) throws IOException {
    if (!exchange.method().equals("GET") || path.size() < 2) {
      throw KubeApiException.noSuchPath();
    }
    String accept = exchange.headers("Accept");
    if (path.get(1).equals("v2")
        && path.size() == 2
        && accept.contains("com.github.proto-openapi.spec.v2")) {
      exchange.answer(200, SWAGGER_PROTOBUF, openApi.swaggerProtobuf());
      return;
    }
    if (!accept.isEmpty() && !accept.contains("json") && !accept.contains("*/*")) {
      throw KubeApiException.notAcceptable(
          "OpenAPI documents are served as application/json, version 2 also as "
              + SWAGGER_PROTOBUF
              + "; asked for "
              + accept);
    }
    if (path.get(1).equals("v2") && path.size() == 2) {
      document(exchange, openApi.swagger());
    } else if (path.get(1).equals("v3") && path.size() == 2) {
      answer(exchange, openApi.index());
    } else if (path.get(1).equals("v3")) {
      document(
          exchange,
          openApi
              .document(String.join("/", path.subList(2, path.size())))
              .orElseThrow(KubeApiException::noSuchPath));
    } else {
      throw KubeApiException.noSuchPath();
    }
  }

  private static void document(ApiExchange exchange, String json) throws IOException {
    exchange.answer(200, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  private void resource(ApiExchange exchange, String group, String version, List<String> segments)
      throws IOException {
    if (Reviews.serves(group, version, segments)) {
      Reviews.serve(exchange, segments);
      return;
    }
    ResourcePath path =
        Bindings.isCollection(group, segments)
            ? Bindings.path(catalog, segments.get(1))
            : ResourcePath.of(catalog, group, version, segments);
    String verb = ObjectRoutes.verb(path, exchange);
    for (Faults.Effect effect : faults.on(verb, path.label())) {
      switch (effect) {
        case Faults.Effect.Latency(var delay) -> delay(delay.toMillis());
        case Faults.Effect.Refuse(var refusal) -> throw refusal;
        case Faults.Effect.Drop() -> {
          return; // the connection is closed when the exchange is
        }
      }
    }
    if (verb.equals("watch") && exchange.header("Upgrade").equalsIgnoreCase("websocket")) {
      // No WebSocket here. Clients that try it first go on with HTTP when they see 200.
      exchange.answer(200, "text/plain", new byte[0]);
      return;
    }
    if (verb.equals("watch") || path.subresource().equals("log")) {
      routes.serve(path, verb, exchange); // these wait rather than work; watches are counted
      return;
    }
    if (!inFlight.tryAcquire()) {
      throw KubeApiException.tooManyRequests(
          "there are " + MAX_IN_FLIGHT + " requests in flight; try again later", 1, List.of());
    }
    try {
      routes.serve(path, verb, exchange);
    } finally {
      inFlight.release();
    }
  }

  private void delay(long millis) {
    try {
      if (closing.await(millis, TimeUnit.MILLISECONDS)) {
        throw KubeApiException.unavailable("the playground's API server is closing");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KubeApiException.unavailable("the playground's API server is closing");
    }
  }
}
