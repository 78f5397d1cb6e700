package dev.mangru.logindex.search;

import dev.mangru.logindex.schema.LineDocument;
import dev.mangru.logindex.schema.LineTerms;
import dev.mangru.logindex.schema.NeedleTerms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/// Which documents of a segment may contain a needle.
///
/// @param documents every document that contains the needle is among them; null for all
/// @param sure those of `documents` that contain it for sure, so that their lines need not be read;
///   null for none
/// @param decided whether all of `documents` are sure
record TextCandidates(
    @Nullable FixedBitSet documents, @Nullable FixedBitSet sure, boolean decided) {

  private static final TextCandidates ALL = new TextCandidates(null, null, false);

  /// A term that more than this part of the documents have does not pay for itself.
  private static final double WORTHWHILE = 0.5;

  /// The documents of `leaf` that may contain the needle of `needle`.
  static TextCandidates of(LeafReader leaf, NeedleTerms needle) throws IOException {
    if (needle.exact()) {
      WordBits bits = new WordBits(leaf);
      bits.add(needle.words().getFirst());
      FixedBitSet sure = bits.documents;
      if (!bits.hasLongWords()) {
        return new TextCandidates(sure, sure, true);
      }
      WordBits all = new WordBits(leaf);
      all.addLongWords();
      all.documents.or(sure);
      return new TextCandidates(all.documents, sure, false);
    }
    FixedBitSet documents = null;
    if (!needle.grams().isEmpty()) {
      documents = grams(leaf, needle);
    }
    for (NeedleTerms.Word word : needle.words()) {
      if (documents != null && documents.scanIsEmpty()) {
        break;
      }
      WordBits bits = new WordBits(leaf);
      bits.add(word);
      if (word.openLeft() || word.openRight() || word.text().length() > LineTerms.MAX_WORD) {
        bits.addLongWords();
      }
      if (documents == null) {
        documents = bits.documents;
      } else {
        documents.and(bits.documents);
      }
    }
    return documents == null ? ALL : new TextCandidates(documents, null, false);
  }

  private static @Nullable FixedBitSet grams(LeafReader leaf, NeedleTerms needle)
      throws IOException {
    Terms terms = leaf.terms(LineDocument.GRAMS);
    if (terms == null) {
      return new FixedBitSet(leaf.maxDoc());
    }
    TermsEnum walk = terms.iterator();
    FixedBitSet documents = null;
    PostingsEnum postings = null;
    for (int gram : needle.grams()) {
      if (!walk.seekExact(LineDocument.gramTerm(gram))) {
        return new FixedBitSet(leaf.maxDoc());
      }
      if (walk.docFreq() > leaf.maxDoc() * WORTHWHILE) {
        continue;
      }
      postings = walk.postings(postings, PostingsEnum.NONE);
      FixedBitSet those = new FixedBitSet(leaf.maxDoc());
      those.or(postings);
      if (documents == null) {
        documents = those;
      } else {
        documents.and(those);
      }
    }
    return documents;
  }

  /// Gathers the documents of words.
  private static final class WordBits {
    private final @Nullable TermsEnum walk;
    private final FixedBitSet documents;
    private @Nullable PostingsEnum postings;

    WordBits(LeafReader leaf) throws IOException {
      Terms terms = leaf.terms(LineDocument.WORDS);
      this.walk = terms == null ? null : terms.iterator();
      this.documents = new FixedBitSet(leaf.maxDoc());
    }

    void add(NeedleTerms.Word word) throws IOException {
      if (walk == null) {
        return;
      }
      byte[] text = word.text().getBytes(StandardCharsets.US_ASCII);
      BytesRef needle = new BytesRef(text);
      if (!word.openLeft()) {
        boolean there;
        if (word.openRight()) {
          there = walk.seekCeil(needle) != TermsEnum.SeekStatus.END;
        } else {
          there = walk.seekExact(needle);
        }
        while (there && startsWith(walk.term(), text)) {
          addPostings(walk);
          there = word.openRight() && walk.next() != null;
        }
        return;
      }
      TermsEnum all = walk;
      if (all.seekCeil(new BytesRef()) == TermsEnum.SeekStatus.END) {
        return;
      }
      do {
        BytesRef term = all.term();
        if (word.openRight() ? contains(term, text) : endsWith(term, text)) {
          addPostings(all);
        }
      } while (all.next() != null);
    }

    boolean hasLongWords() throws IOException {
      return walk != null && walk.seekExact(new BytesRef(new byte[] {LineTerms.LONG_WORD}));
    }

    void addLongWords() throws IOException {
      if (walk != null && hasLongWords()) {
        addPostings(walk);
      }
    }

    private void addPostings(TermsEnum at) throws IOException {
      postings = at.postings(postings, PostingsEnum.NONE);
      documents.or(postings);
    }

    private static boolean startsWith(BytesRef term, byte[] text) {
      return term.length >= text.length
          && Arrays.equals(
              term.bytes, term.offset, term.offset + text.length, text, 0, text.length);
    }

    private static boolean endsWith(BytesRef term, byte[] text) {
      int end = term.offset + term.length;
      return term.length >= text.length
          && Arrays.equals(term.bytes, end - text.length, end, text, 0, text.length);
    }

    private static boolean contains(BytesRef term, byte[] text) {
      int last = term.offset + term.length - text.length;
      for (int at = term.offset; at <= last; at++) {
        int i = 0;
        while (i < text.length && term.bytes[at + i] == text[i]) {
          i++;
        }
        if (i == text.length) {
          return true;
        }
      }
      return false;
    }
  }
}
