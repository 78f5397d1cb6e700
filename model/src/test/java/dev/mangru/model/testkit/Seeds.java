package dev.mangru.model.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// Runs a test once for each seed from 0; the method takes the seed as its `long` parameter. Let
/// sizes grow with the seed, so that the first failure is small. `-Dmangru.seed=18` replays one.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SeedsExtension.class)
public @interface Seeds {

  /// How many seeds; `-Dmangru.seeds=10000` overrides it for a long run, and
  /// `-Dmangru.first=1000000` begins elsewhere, for seeds that nobody has seen.
  int value();
}
