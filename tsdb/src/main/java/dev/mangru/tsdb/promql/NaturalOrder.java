package dev.mangru.tsdb.promql;

import dev.mangru.model.metric.Labels;
import java.util.Comparator;
import java.util.List;

/// Orders series by some labels so that `"9"` comes before `"10"`; ties by all labels.
final class NaturalOrder implements Comparator<Labels> {

  private final List<String> names;

  NaturalOrder(List<String> names) {
    this.names = names;
  }

  @Override
  public int compare(Labels a, Labels b) {
    for (String name : names) {
      int order = compareText(a.get(name), b.get(name));
      if (order != 0) {
        return order;
      }
    }
    return a.compareTo(b);
  }

  /// Runs of digits compare as numbers, everything else by UTF-8.
  static int compareText(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      if (Lexer.isDigit(a.charAt(i)) && Lexer.isDigit(b.charAt(j))) {
        int endA = digitsEnd(a, i);
        int endB = digitsEnd(b, j);
        String numberA = withoutZeros(a.substring(i, endA));
        String numberB = withoutZeros(b.substring(j, endB));
        int order =
            numberA.length() != numberB.length()
                ? Integer.compare(numberA.length(), numberB.length())
                : numberA.compareTo(numberB);
        if (order != 0) {
          return order;
        }
        i = endA;
        j = endB;
      } else {
        int order = Labels.compareUtf8(a.substring(i, i + 1), b.substring(j, j + 1));
        if (order != 0) {
          return order;
        }
        i++;
        j++;
      }
    }
    int rest = Integer.compare(a.length() - i, b.length() - j);
    return rest != 0 ? rest : Labels.compareUtf8(a, b);
  }

  private static int digitsEnd(String text, int from) {
    int end = from;
    while (end < text.length() && Lexer.isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static String withoutZeros(String digits) {
    int zeros = 0;
    while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
      zeros++;
    }
    return digits.substring(zeros);
  }
}
