package dev.mangru.tsdb.ingest;

import java.util.List;

/// What one body had in it.
///
/// @param series series whose samples were appended
/// @param samples floats handed to the appender; its own summary says what became of them
/// @param histograms native histograms handed to the appender; likewise
/// @param badSeries series left out, because their labels are wrong
/// @param badSamples floats and histograms of those
/// @param badHistograms histograms left out of series that are right, because they contradict
///   themselves
/// @param exemplars exemplars seen; [Extras] has them if they are wanted
/// @param metadata types and help texts seen; likewise
/// @param badExtras exemplars and metadata left out, because they name what is not there
/// @param problems why series, histograms, exemplars or metadata were left out, the first few
public record RemoteWriteSummary(
    long series,
    long samples,
    long histograms,
    long badSeries,
    long badSamples,
    long badHistograms,
    long exemplars,
    long metadata,
    long badExtras,
    List<String> problems) {

  /// How many problems are told one by one.
  public static final int MAX_PROBLEMS = 10;

  public RemoteWriteSummary {
    problems = List.copyOf(problems);
  }

  /// Whether everything in the body could be understood, and every sample was handed to the
  /// appender.
  public boolean complete() {
    return badSeries == 0 && badHistograms == 0 && badExtras == 0;
  }

  /// What is missing, in words, for the answer to a body that was stored in part; empty if nothing
  /// is.
  public String describeMissing() {
    if (complete()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    if (badSeries > 0) {
      text.append(badSeries).append(" series with ").append(badSamples).append(" samples");
    }
    if (badHistograms > 0) {
      text.append(text.isEmpty() ? "" : ", ").append(badHistograms).append(" native histograms");
    }
    if (badExtras > 0) {
      text.append(text.isEmpty() ? "" : ", ").append(badExtras).append(" exemplars or metadata");
    }
    text.append(" left out: ").append(String.join("; ", problems));
    long more = badSeries + badHistograms + badExtras - problems.size();
    if (more > 0) {
      text.append("; and ").append(more).append(" more");
    }
    return text.toString();
  }
}
