package dev.mangru.tsdb.index;

import java.util.Arrays;
import java.util.function.IntPredicate;

/// Copies the series that are still wanted from one index into a new one, which then has only their
/// texts, pairs and lists. The old one is only read, so its writer may go on adding; call again to
/// catch up. Confined to one thread.
public final class IndexCopy {

  private final LabelIndex from;
  private final LabelIndex to = new LabelIndex();
  private int[] pairsTo = new int[256];
  private int[] pairs = new int[64];
  private byte[] text = new byte[256];

  /// An empty copy of `from`.
  public IndexCopy(LabelIndex from) {
    this.from = from;
  }

  /// Adds the series from `first` to `end`, exclusive, that are there and wanted. Each call begins
  /// where the one before ended.
  public void add(int first, int end, IntPredicate wanted) {
    to.ensure(end);
    for (int number = first; number < end; number++) {
      if (from.has(number) && wanted.test(number)) {
        int count = from.pairs(number, pairs);
        if (count > pairs.length) {
          pairs = new int[count * 2];
          from.pairs(number, pairs);
        }
        for (int i = 0; i < count; i++) {
          pairs[i] = pair(pairs[i]);
        }
        to.addNewer(pairs, count, number);
      }
    }
  }

  private int pair(int pair) {
    if (pair >= pairsTo.length) {
      pairsTo = Arrays.copyOf(pairsTo, Math.max(pair + 1, pairsTo.length * 2));
    }
    int known = pairsTo[pair];
    if (known == 0) {
      int nameEnd = copy(from.names(), from.pairName(pair));
      int name = to.nameOf(text, 0, nameEnd);
      int valueEnd = copy(from.values(), from.pairValue(pair));
      known = to.pair(name, to.valueOf(text, 0, valueEnd));
      pairsTo[pair] = known;
    }
    return known;
  }

  private int copy(Symbols symbols, int id) {
    int length = symbols.length(id);
    if (text.length < length) {
      text = new byte[length * 2];
    }
    return symbols.copy(id, text, 0);
  }

  /// The new index.
  public LabelIndex index() {
    return to;
  }
}
