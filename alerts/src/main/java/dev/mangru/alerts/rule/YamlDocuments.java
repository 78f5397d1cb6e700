package dev.mangru.alerts.rule;

import java.io.StringReader;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/// Composes the first document of a text, with positions and limits, without making objects of it.
public final class YamlDocuments {

  /// Longest text, in characters. Chosen: ten times the largest rule file we have seen.
  public static final int MAX_CHARACTERS = 8 << 20;

  /// Most aliases of collections; aliases of scalars are free. Chosen.
  private static final int MAX_COLLECTION_ALIASES = 10_000;

  /// Deepest nesting. Rule files need 6, test files 7.
  private static final int MAX_DEPTH = 40;

  private YamlDocuments() {}

  /// What was found.
  ///
  /// @param root the first document; null if the text is empty or does not parse
  /// @param more the second document, if there is one
  public record First(@Nullable Node root, @Nullable Node more) {}

  /// Composes the first document; what is wrong is written down.
  public static First first(String text, YamlProblems problems) {
    if (text.length() > MAX_CHARACTERS) {
      problems.add(
          0,
          0,
          "the file has "
              + text.length()
              + " characters, more than the limit of "
              + MAX_CHARACTERS
              + ": split it");
      return new First(null, null);
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setMaxAliasesForCollections(MAX_COLLECTION_ALIASES);
    options.setProcessComments(false);
    Node root = null;
    Node more = null;
    try {
      Iterator<Node> documents = new Yaml(options).composeAll(new StringReader(text)).iterator();
      if (documents.hasNext()) {
        root = documents.next();
        more = documents.hasNext() ? documents.next() : null;
      }
    } catch (MarkedYAMLException e) {
      String context = e.getContext() == null ? "" : " (" + e.getContext() + ")";
      problems.at(
          e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark(),
          "yaml: " + e.getProblem() + context);
    } catch (YAMLException e) {
      problems.add(0, 0, "yaml: " + e.getMessage());
    }
    return problems.isEmpty()
        ? new First(root == null || YamlMap.isNull(root) ? null : root, more)
        : new First(null, null);
  }
}
