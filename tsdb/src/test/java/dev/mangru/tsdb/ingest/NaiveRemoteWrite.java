package dev.mangru.tsdb.ingest;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;
import dev.mangru.model.metric.Labels;
import dev.mangru.model.metric.NativeHistogram;
import dev.mangru.model.wire.ProtobufReader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// The oracle: both versions of remote write decoded in the plainest way, field by field, every
/// label of every series each time. Confined to one thread; one body.
final class NaiveRemoteWrite {

  long series;
  long samples;
  long histograms;
  long badSeries;
  long badSamples;
  long badHistograms;
  long exemplars;
  long metadata;
  final List<String> problems = new ArrayList<>();

  private final KnowingBatch batch;
  private final HistogramReader histogramReader = new HistogramReader();

  private final List<String> names = new ArrayList<>();
  private final List<String> values = new ArrayList<>();
  private String problem = "";
  private int ref;
  private long floatsHere;
  private long histogramsHere;
  private long badHistogramsHere;

  NaiveRemoteWrite(KnowingBatch batch) {
    this.batch = batch;
  }

  void decodeV1(byte[] body) {
    ProtobufReader request = new ProtobufReader(body);
    while (request.nextField()) {
      switch (request.field()) {
        case 1 -> seriesV1(request.readMessage());
        case 3 -> {
          request.readMessage();
          metadata++;
        }
        default -> request.skip();
      }
    }
  }

  private void seriesV1(ProtobufReader message) {
    begin();
    ProtobufReader first = message.fork();
    while (first.nextField()) {
      if (first.field() != 1) {
        first.skip();
        continue;
      }
      ProtobufReader label = first.readMessage();
      String name = "";
      String value = "";
      while (label.nextField()) {
        switch (label.field()) {
          case 1 -> name = label.readString();
          case 2 -> value = label.readString();
          default -> label.skip();
        }
      }
      label(name, value);
    }
    endLabels();
    while (message.nextField()) {
      switch (message.field()) {
        case 2 -> sample(message.readMessage(), false, 0);
        case 3 -> {
          message.readMessage();
          exemplars++;
        }
        case 4 -> histogram(message.readMessage(), false, 0);
        default -> message.skip();
      }
    }
    end();
  }

  void decodeV2(byte[] body) {
    List<String> symbols = new ArrayList<>();
    ProtobufReader request = new ProtobufReader(body);
    boolean any = false;
    while (request.nextField()) {
      if (request.field() == 4) {
        String symbol = request.readString();
        if (symbols.isEmpty() && !symbol.isEmpty()) {
          throw MangruException.badData("the first symbol must be the empty string");
        }
        symbols.add(symbol);
      } else {
        any |= request.field() == 5;
        request.skip();
      }
    }
    if (any && symbols.isEmpty()) {
      throw MangruException.badData("the request has series and no symbols");
    }
    request = new ProtobufReader(body);
    while (request.nextField()) {
      if (request.field() == 5) {
        seriesV2(request.readMessage(), symbols);
      } else {
        request.skip();
      }
    }
  }

  private void seriesV2(ProtobufReader message, List<String> symbols) {
    begin();
    List<String> texts = new ArrayList<>();
    long createdMs = 0;
    ProtobufReader first = message.fork();
    while (first.nextField()) {
      if (first.field() == 6) {
        createdMs = first.readVarint();
      } else if (first.field() != 1) {
        first.skip();
      } else if (first.wireType() == ProtobufReader.VARINT) {
        symbol(first.readVarint(), symbols, texts);
      } else {
        ProtobufReader packed = first.readMessage();
        while (packed.hasMore()) {
          symbol(packed.nextPackedVarint(), symbols, texts);
        }
      }
    }
    if (texts.size() % 2 != 0) {
      bad("an odd number of label references: " + texts.size());
    }
    endLabels();
    while (message.nextField()) {
      switch (message.field()) {
        case 2 -> sample(message.readMessage(), true, createdMs);
        case 3 -> histogram(message.readMessage(), true, createdMs);
        case 4 -> {
          message.readMessage();
          exemplars++;
        }
        case 5 -> {
          message.readMessage();
          metadata++;
        }
        default -> message.skip();
      }
    }
    end();
  }

  private void symbol(long reference, List<String> symbols, List<String> texts) {
    if (reference < 0 || reference >= symbols.size()) {
      bad(
          "label reference "
              + Long.toUnsignedString(reference)
              + " is beyond the "
              + symbols.size()
              + " symbols");
      texts.add("");
    } else {
      texts.add(symbols.get((int) reference));
    }
    if (texts.size() % 2 == 0) {
      label(texts.get(texts.size() - 2), texts.getLast());
    }
  }

  private void begin() {
    names.clear();
    values.clear();
    problem = "";
    ref = -1;
    floatsHere = 0;
    histogramsHere = 0;
    badHistogramsHere = 0;
  }

  private void label(String name, String value) {
    if (name.isEmpty()) {
      bad("a label name is empty");
    }
    if (!value.isEmpty()) {
      names.add(name);
      values.add(value);
    }
  }

  private void bad(String reason) {
    problem = problem.isEmpty() ? reason : problem;
  }

  private void endLabels() {
    TreeMap<String, String> sorted = new TreeMap<>(Labels::compareUtf8);
    String twice = "";
    for (int i = 0; i < names.size(); i++) {
      if (sorted.put(names.get(i), values.get(i)) != null) {
        twice = "comes twice";
      }
    }
    if (!twice.isEmpty()) {
      bad(twice);
    }
    if (!sorted.containsKey("__name__")) {
      bad("there is no metric name");
    }
    if (problem.isEmpty()) {
      try {
        ref = batch.define(Labels.of(sorted), 0, batch.defined);
      } catch (MangruException e) {
        refused(e);
      }
    }
  }

  private void sample(ProtobufReader in, boolean hasStart, long createdMs) {
    double value = 0;
    long timestampMs = 0;
    long startMs = 0;
    while (in.nextField()) {
      int field = in.field();
      if (field == 1) {
        value = in.readDouble();
      } else if (field == 2) {
        timestampMs = in.readVarint();
      } else if (field == 3 && hasStart) {
        startMs = in.readVarint();
      } else {
        in.skip();
      }
    }
    floatsHere++;
    if (problem.isEmpty()) {
      batch.add(
          ref, timestampMs, startMs == 0 ? createdMs : startMs, Double.doubleToRawLongBits(value));
    }
  }

  private void histogram(ProtobufReader in, boolean hasStart, long createdMs) {
    NativeHistogram histogram = histogramReader.read(in);
    if (histogram == null) {
      badHistogramsHere++;
      if (problem.isEmpty()) {
        problems.add(histogramReader.problem());
      }
      return;
    }
    histogramsHere++;
    if (problem.isEmpty()) {
      long startMs = hasStart ? histogramReader.startMs() : 0;
      batch.add(ref, histogramReader.timestampMs(), startMs == 0 ? createdMs : startMs, histogram);
    }
  }

  private void refused(MangruException e) {
    if (e.code() != ErrorCode.BAD_DATA) {
      throw e;
    }
    bad(e.text());
  }

  private void end() {
    if (problem.isEmpty()) {
      series++;
      samples += floatsHere;
      histograms += histogramsHere;
      badHistograms += badHistogramsHere;
    } else {
      badSeries++;
      badSamples += floatsHere + histogramsHere + badHistogramsHere;
      problems.add(problem);
    }
  }
}
