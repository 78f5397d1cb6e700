package dev.mangru.model.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A query that would take a server down that trusts it, from the resource `queries-of-death.txt`,
/// which tells the form.
///
/// @param line of the resource
/// @param reason why it is there
/// @param kind which question is asked
/// @param name of a label, for [Kind#VALUES]; else empty
/// @param lengthMs of a range; else 0
/// @param stepMs of a range; else 0
/// @param expressions one for queries, any number of selectors for the others
public record DeathQuery(
    int line,
    String reason,
    Kind kind,
    String name,
    long lengthMs,
    long stepMs,
    List<String> expressions) {

  /// What is asked.
  public enum Kind {
    INSTANT,
    RANGE,
    SERIES,
    LABELS,
    VALUES
  }

  private static final String RESOURCE = "queries-of-death.txt";

  public DeathQuery {
    expressions = List.copyOf(expressions);
  }

  /// The expression of a query.
  public String expression() {
    return expressions.getFirst();
  }

  @Override
  public String toString() {
    return RESOURCE + ":" + line + " (" + reason + ")";
  }

  /// All of them, in order.
  public static List<DeathQuery> all() {
    String text;
    try (InputStream in = DeathQuery.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new AssertionError(RESOURCE + " is missing");
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(RESOURCE, e);
    }
    List<DeathQuery> all = new ArrayList<>();
    String reason = "";
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].startsWith("# ")) {
        reason = lines[i].substring(2);
      } else if (!lines[i].isEmpty() && !lines[i].startsWith("//")) {
        all.add(parse(i + 1, reason, lines[i]));
      }
    }
    return all;
  }

  private static DeathQuery parse(int line, String reason, String text) {
    int colon = text.indexOf(':');
    String[] head = text.substring(0, colon).split(" ", -1);
    String rest = expanded(text.substring(colon + 1).strip());
    return switch (head[0]) {
      case "instant" -> new DeathQuery(line, reason, Kind.INSTANT, "", 0, 0, List.of(rest));
      case "range" ->
          new DeathQuery(
              line,
              reason,
              Kind.RANGE,
              "",
              milliseconds(head[1]),
              milliseconds(head[2]),
              List.of(rest));
      case "series" -> new DeathQuery(line, reason, Kind.SERIES, "", 0, 0, selectors(rest));
      case "labels" -> new DeathQuery(line, reason, Kind.LABELS, "", 0, 0, selectors(rest));
      case "values" -> new DeathQuery(line, reason, Kind.VALUES, head[1], 0, 0, selectors(rest));
      default -> throw new AssertionError(RESOURCE + ":" + line + ": " + head[0] + " is no kind");
    };
  }

  private static List<String> selectors(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(";"));
  }

  private static long milliseconds(String text) {
    int digits = 0;
    while (Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    long count = Long.parseLong(text.substring(0, digits));
    return switch (text.substring(digits)) {
      case "ms" -> count;
      case "s" -> 1_000 * count;
      case "h" -> 3_600_000 * count;
      case "y" -> 365L * 24 * 3_600_000 * count;
      default -> throw new AssertionError(RESOURCE + ": " + text + " is no length of time");
    };
  }

  /// With every `<<N*TEXT>>` written out, the innermost first.
  private static String expanded(String text) {
    String result = text;
    int end = result.indexOf(">>");
    while (end >= 0) {
      int start = result.lastIndexOf("<<", end);
      int star = result.indexOf('*', start);
      int times = Integer.parseInt(result.substring(start + 2, star));
      result =
          result.substring(0, start)
              + result.substring(star + 1, end).repeat(times)
              + result.substring(end + 2);
      end = result.indexOf(">>", start);
    }
    return result;
  }
}
