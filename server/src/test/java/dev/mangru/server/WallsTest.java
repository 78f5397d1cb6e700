package dev.mangru.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/// The walls of the house, as sentences. It sees every module, because the server depends on all of
/// them. Each rule says why it is there.
@AnalyzeClasses(
    packages = "dev.mangru",
    importOptions = {ImportOption.DoNotIncludeTests.class, WallsTest.NoTestJars.class})
class WallsTest {

  /// The model's test kits come as a jar of their own.
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  /// Fewer than this means that the scan went wrong, and an empty scan passes everything. Raise it
  /// now and then.
  private static final int LEAST_CLASSES = 400;

  private static final List<String> FEATURES =
      List.of("tsdb", "logindex", "collector", "alerts", "autoscaler", "dashboard");

  private static String[] packages(Stream<String> modules) {
    return modules.map(module -> "dev.mangru." + module + "..").toArray(String[]::new);
  }

  @ArchTest
  static void the_scan_saw_the_house(JavaClasses scanned) {
    assertThat(scanned.size()).isGreaterThan(LEAST_CLASSES);
    for (String module : FEATURES) {
      assertThat(scanned)
          .as("classes of " + module)
          .anyMatch(type -> type.getPackageName().startsWith("dev.mangru." + module));
    }
  }

  // ---- rooms
  // ---------------------------------------------------------------------------------------

  @ArchTest
  static void modules_see_only_the_model(JavaClasses scanned) {
    for (String module : FEATURES) {
      String[] others =
          packages(
              Stream.concat(
                  FEATURES.stream().filter(other -> !other.equals(module)),
                  Stream.of("server", "bench")));
      noClasses()
          .that()
          .resideInAPackage("dev.mangru." + module + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .because("one arrow per room: what two modules share is a word or a port of the model")
          .check(scanned);
    }
  }

  @ArchTest
  static final ArchRule the_model_sees_nobody =
      noClasses()
          .that()
          .resideInAPackage("dev.mangru.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              packages(Stream.concat(FEATURES.stream(), Stream.of("server", "bench"))))
          .because("the model is the words that all others speak");

  @ArchTest
  static void packages_inside_a_module_form_no_cycle(JavaClasses scanned) {
    for (String module : Stream.concat(FEATURES.stream(), Stream.of("model", "server")).toList()) {
      slices()
          .matching("dev.mangru." + module + ".(**)")
          .should()
          .beFreeOfCycles()
          .because("packages that need each other are one package with a wrong name")
          .allowEmptyShould(true)
          .check(scanned);
    }
  }

  @ArchTest
  static final ArchRule engines_do_not_know_who_serves_them =
      noClasses()
          .that()
          .resideInAPackage("dev.mangru.server.http..")
          .should()
          .dependOnClassesThat(
              new DescribedPredicate<>("are engines behind a port") {
                @Override
                public boolean test(JavaClass type) {
                  String name = type.getPackageName();
                  boolean engine =
                      Stream.of("tsdb", "logindex", "collector", "alerts", "autoscaler")
                          .anyMatch(module -> name.startsWith("dev.mangru." + module));
                  boolean decoder =
                      name.startsWith("dev.mangru.tsdb.ingest")
                          || name.startsWith("dev.mangru.tsdb.promql")
                          || name.startsWith("dev.mangru.tsdb.exchange")
                          || name.startsWith("dev.mangru.logindex.ingest")
                          || name.startsWith("dev.mangru.logindex.query")
                          || name.startsWith("dev.mangru.alerts.route");
                  return engine && !decoder;
                }
              })
          .because(
              "HTTP speaks to ports and to decoders, so an engine behind a port can be another");

  // ---- guests
  // --------------------------------------------------------------------------------------

  @ArchTest
  static final ArchRule only_the_server_knows_spring =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mangru.server..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.springframework..")
          .because("the engines also run in the agent, in benchmarks and in plain tests");

  @ArchTest
  static final ArchRule only_the_log_index_knows_lucene =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mangru.logindex..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.lucene..")
          .because("the index behind LogStore may be another one day");

  @ArchTest
  static final ArchRule only_the_dashboard_knows_vaadin =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.mangru.dashboard..", "dev.mangru.server.wire..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.vaadin..")
          .because("pages come and go; the server only lets Vaadin in (wire)");

  @ArchTest
  static final ArchRule kubernetes_stays_in_packages_named_kube =
      noClasses()
          .that()
          .resideOutsideOfPackage("..kube..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..")
          .because("a cluster is a port, so tests can simulate one");

  @ArchTest
  static final ArchRule micrometer_stays_in_classes_named_metrics =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mangru.server..")
          .and()
          .haveSimpleNameNotEndingWith("Metrics")
          .and(not_nested_in_metrics())
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..")
          .because("one class per module lists every metric with its unit and help");

  private static DescribedPredicate<JavaClass> not_nested_in_metrics() {
    return new DescribedPredicate<>("are not nested in a class named …Metrics") {
      @Override
      public boolean test(JavaClass type) {
        return type.getEnclosingClass()
            .map(outer -> !outer.getSimpleName().endsWith("Metrics"))
            .orElse(true);
      }
    };
  }

  // ---- what only a named owner may touch
  // -------------------------------------------------------------

  @ArchTest
  static final ArchRule only_the_wiring_and_programs_read_the_wall_clock =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.mangru.server.wire..")
          .and()
          .haveSimpleNameNotEndingWith("Main")
          .and()
          .haveSimpleNameNotEndingWith("Command")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDate.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(OffsetDateTime.class, "now")
          .orShould()
          .callMethod(ZonedDateTime.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Clock.class, "systemDefaultZone")
          .because("work is given the time, so tests and simulations can turn it");

  @ArchTest
  static final ArchRule nothing_sleeps =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", java.time.Duration.class)
          .because("loops own when; a wait is a queue, a lock or a timer that can be ended");

  @ArchTest
  static final ArchRule chance_is_seeded =
      noClasses()
          .should()
          .callConstructor(Random.class)
          .orShould()
          .callMethod(Math.class, "random")
          .because("a failure has to be seen twice");

  @ArchTest
  static final ArchRule nobody_prints =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Main")
          .and()
          .doNotHaveFullyQualifiedName("dev.mangru.server.Mangru")
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .because("programs speak through their command line, everything else through SLF4J");

  @ArchTest
  static final ArchRule nobody_makes_a_nameless_thread =
      noClasses()
          .should()
          .callConstructor(Thread.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class)
          .because("threads have names that say their role: Thread.ofPlatform().name(…)");

  @ArchTest
  static final ArchRule nobody_throws_a_generic_exception =
      noClasses()
          .should(
              new ArchCondition<JavaClass>("make a plain Exception, RuntimeException or Error") {
                private final Set<String> generic =
                    Set.of(
                        "java.lang.Exception",
                        "java.lang.RuntimeException",
                        "java.lang.Throwable",
                        "java.lang.Error");

                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  type.getConstructorCallsFromSelf().stream()
                      .filter(call -> generic.contains(call.getTargetOwner().getName()))
                      .filter(call -> !isSuperCall(call.getOrigin(), call.getTargetOwner()))
                      .forEach(call ->
                          events.add(SimpleConditionEvent.satisfied(type, call.getDescription())));
                }

                private boolean isSuperCall(JavaCodeUnit origin, JavaClass target) {
                  return origin.isConstructor()
                      && origin.getOwner().getRawSuperclass().map(target::equals).orElse(false);
                }
              })
          .because("an error says what kind it is; the kind decides status, metric and log level");

  // ---- how the rooms are kept
  // --------------------------------------------------------------------------

  @ArchTest
  static void every_package_is_null_marked(JavaClasses scanned) {
    List<String> unmarked =
        scanned.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(room ->
                room.getAnnotations().stream()
                    .map(JavaAnnotation::getRawType)
                    .noneMatch(type -> type.isEquivalentTo(NullMarked.class)))
            .map(room -> room.getName())
            .sorted()
            .toList();
    assertThat(unmarked).as("packages whose package-info lacks @NullMarked").isEmpty();
  }

  @ArchTest
  static final ArchRule endpoints_live_in_http_and_self =
      classes()
          .that()
          .areAnnotatedWith("org.springframework.web.bind.annotation.RestController")
          .should()
          .resideInAnyPackage("dev.mangru.server.http..", "dev.mangru.server.self..")
          .because("whoever looks for a URL finds it in two places");
}
