package dev.mangru.collector.node;

import dev.mangru.collector.pipeline.MetricMetadata;
import dev.mangru.collector.pipeline.MetricType;

/// A metric family that a scanner fills. Compared by identity: each is made once.
final class Family {

  private final String name;
  private final MetricMetadata metadata;

  private Family(String name, MetricType type, String help) {
    this.name = name;
    this.metadata = new MetricMetadata(type, help);
  }

  static Family counter(String name, String help) {
    return new Family(name, MetricType.COUNTER, help);
  }

  static Family gauge(String name, String help) {
    return new Family(name, MetricType.GAUGE, help);
  }

  static Family untyped(String name, String help) {
    return new Family(name, MetricType.UNKNOWN, help);
  }

  String name() {
    return name;
  }

  MetricMetadata metadata() {
    return metadata;
  }

  boolean isCounter() {
    return metadata.type() == MetricType.COUNTER;
  }

  @Override
  public String toString() {
    return name;
  }
}
