package dev.mangru.collector.scrape;

import dev.mangru.collector.pipeline.MetricMetadata;
import dev.mangru.collector.pipeline.MetricType;
import dev.mangru.collector.pipeline.SampleBatch;
import java.util.LinkedHashMap;
import java.util.Map;

/// Gathers TYPE, HELP and UNIT lines, which come in any order, into one word per family.
abstract class MetadataSink implements ExpositionSink {

  private static final MetricMetadata NOTHING = new MetricMetadata(MetricType.UNKNOWN, "", "");

  /// Help texts are for people; one longer than this is cut (chosen).
  private static final int MAX_HELP_LENGTH = 1024;

  private final SampleBatch batch;
  private final Map<String, MetricMetadata> families = new LinkedHashMap<>();

  MetadataSink(SampleBatch batch) {
    this.batch = batch;
  }

  @Override
  public void type(String family, MetricType type) {
    MetricMetadata known = families.getOrDefault(family, NOTHING);
    families.put(family, new MetricMetadata(type, known.help(), known.unit()));
  }

  @Override
  public void help(String family, String help) {
    MetricMetadata known = families.getOrDefault(family, NOTHING);
    String cut = help.length() > MAX_HELP_LENGTH ? help.substring(0, MAX_HELP_LENGTH) : help;
    families.put(family, new MetricMetadata(known.type(), cut, known.unit()));
  }

  @Override
  public void unit(String family, String unit) {
    MetricMetadata known = families.getOrDefault(family, NOTHING);
    families.put(family, new MetricMetadata(known.type(), known.help(), unit));
  }

  /// Tells the batch about every family seen.
  final void describeAll() {
    families.forEach(batch::describe);
  }
}
