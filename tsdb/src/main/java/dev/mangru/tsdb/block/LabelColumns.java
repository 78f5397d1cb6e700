package dev.mangru.tsdb.block;

import dev.mangru.model.metric.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The labels of the series of a block that is being written, taken apart. Confined to one thread.
///
/// The series of a target share most of their labels, so these are kept once: a series is a metric
/// name, a value of `le`, and a set of all its other labels. Sets with the same label names have
/// the same shape, and are rows of a table with one column for each name.
final class LabelColumns {

  /// Label that multiplies the series of a histogram without saying anything of the target.
  static final String LE = "le";

  /// A list of label names, and the sets that have exactly these.
  static final class Shape {
    final String[] names;
    final int number;
    private int[] rows;
    private int count;
    private int[] slots = new int[64];

    Shape(int number, String[] names) {
      this.number = number;
      this.names = names;
      this.rows = new int[names.length * 16];
    }

    int count() {
      return count;
    }

    /// The symbol at `column` of `row`.
    int get(int row, int column) {
      return rows[row * names.length + column];
    }

    /// The row with these values, old or new.
    private int row(int[] values) {
      int mask = slots.length - 1;
      int slot = hash(values, 0) & mask;
      while (slots[slot] != 0) {
        int row = slots[slot] - 1;
        int from = row * names.length;
        if (Arrays.equals(rows, from, from + names.length, values, 0, names.length)) {
          return row;
        }
        slot = (slot + 1) & mask;
      }
      if (rows.length < (count + 1) * names.length) {
        rows = Arrays.copyOf(rows, rows.length * 2);
      }
      System.arraycopy(values, 0, rows, count * names.length, names.length);
      slots[slot] = ++count;
      if (count * 2 > slots.length) {
        rehash();
      }
      return count - 1;
    }

    private int hash(int[] values, int from) {
      int hash = 1;
      for (int i = from; i < from + names.length; i++) {
        hash = (hash ^ values[i]) * 0x9E3779B1;
        hash ^= hash >>> 15;
      }
      return hash;
    }

    private void rehash() {
      slots = new int[slots.length * 4];
      int mask = slots.length - 1;
      for (int row = 0; row < count; row++) {
        int slot = hash(rows, row * names.length) & mask;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = row + 1;
      }
    }
  }

  private final Map<String, Integer> symbols = new HashMap<>();
  private final List<String> strings = new ArrayList<>();
  private final Map<List<String>, Shape> shapesByNames = new HashMap<>();
  private final List<Shape> shapes = new ArrayList<>();
  private int[] shapeOf = new int[1_024];
  private int[] rowOf = new int[1_024];
  private int[] nameOf = new int[1_024];
  private int[] leOf = new int[1_024];
  private int series;
  private Shape lastShape = new Shape(-1, new String[] {""});
  private String[] names = new String[32];
  private String[] values = new String[32];
  private int[] valueSymbols = new int[32];

  /// Adds a series and gives its number.
  int add(Labels labels) {
    if (series == shapeOf.length) {
      shapeOf = Arrays.copyOf(shapeOf, series * 2);
      rowOf = Arrays.copyOf(rowOf, series * 2);
      nameOf = Arrays.copyOf(nameOf, series * 2);
      leOf = Arrays.copyOf(leOf, series * 2);
    }
    int name = -1;
    int le = -1;
    int count = 0;
    if (labels.count() > names.length) {
      names = new String[labels.count() * 2];
      values = new String[names.length];
      valueSymbols = new int[names.length];
    }
    for (int i = 0; i < labels.count(); i++) {
      String label = labels.name(i);
      if (label.equals(Labels.METRIC_NAME)) {
        symbol(label);
        name = symbol(labels.value(i));
      } else if (label.equals(LE)) {
        symbol(label);
        le = symbol(labels.value(i));
      } else {
        names[count] = label;
        values[count] = labels.value(i);
        count++;
      }
    }
    Shape shape = shape(count);
    for (int i = 0; i < count; i++) {
      valueSymbols[i] = symbol(values[i]);
    }
    shapeOf[series] = shape.number;
    rowOf[series] = shape.row(valueSymbols);
    nameOf[series] = name;
    leOf[series] = le;
    return series++;
  }

  private Shape shape(int count) {
    if (!Arrays.equals(lastShape.names, 0, lastShape.names.length, names, 0, count)) {
      lastShape =
          shapesByNames.computeIfAbsent(
              List.of(Arrays.copyOf(names, count)),
              list -> {
                list.forEach(this::symbol);
                Shape added = new Shape(shapes.size(), list.toArray(String[]::new));
                shapes.add(added);
                return added;
              });
    }
    return lastShape;
  }

  private int symbol(String text) {
    Integer known = symbols.get(text);
    if (known != null) {
      return known;
    }
    symbols.put(text, strings.size());
    strings.add(text);
    return strings.size() - 1;
  }

  /// The symbol of a text that was added.
  int known(String text) {
    Integer known = symbols.get(text);
    if (known == null) {
      throw new IllegalArgumentException("no series has \"" + text + "\" in its labels");
    }
    return known;
  }

  int series() {
    return series;
  }

  /// All texts by symbol.
  List<String> strings() {
    return strings;
  }

  List<Shape> shapes() {
    return shapes;
  }

  int shapeOf(int number) {
    return shapeOf[number];
  }

  int rowOf(int number) {
    return rowOf[number];
  }

  /// The symbol of a series' metric name, or -1.
  int nameOf(int number) {
    return nameOf[number];
  }

  /// The symbol of a series' `le`, or -1.
  int leOf(int number) {
    return leOf[number];
  }
}
