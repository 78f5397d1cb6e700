package dev.mangru.autoscaler.playground.sim.scenario;

import dev.mangru.model.error.MangruException;
import java.util.ArrayList;
import java.util.List;

/// A recorded minute table: CSV, one line a minute, the last column holds the requests of that
/// minute. The first line may name the columns; empty lines and those that begin with `#` are
/// passed over.
final class MinuteTable {

  /// Two months of minutes.
  private static final int MOST_MINUTES = 100_000;

  private MinuteTable() {}

  static List<Double> read(String file, String text) {
    List<Double> minutes = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String trimmed = line.strip();
      if (trimmed.isEmpty() || trimmed.startsWith("#")) {
        continue;
      }
      String cell = trimmed.substring(trimmed.lastIndexOf(',') + 1).strip();
      if (minutes.isEmpty() && !cell.isEmpty() && Character.isLetter(cell.charAt(0))) {
        continue;
      }
      minutes.add(requests(file, number, cell));
      if (minutes.size() > MOST_MINUTES) {
        throw MangruException.badData(
            "minute table " + file + " has more than " + MOST_MINUTES + " minutes");
      }
    }
    if (minutes.isEmpty()) {
      throw MangruException.badData("minute table " + file + " has no minute in it");
    }
    return minutes;
  }

  private static double requests(String file, int line, String cell) {
    try {
      double requests = Double.parseDouble(cell);
      if (requests >= 0 && requests < Double.POSITIVE_INFINITY) {
        return requests;
      }
    } catch (NumberFormatException _) {
      throw wrong(file, line, cell);
    }
    throw wrong(file, line, cell);
  }

  private static MangruException wrong(String file, int line, String cell) {
    return MangruException.badData(
        "minute table "
            + file
            + " line "
            + line
            + ": the last column must be requests per minute, 0 or more: "
            + cell);
  }
}
