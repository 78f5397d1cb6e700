package dev.mangru.autoscaler.playground.patch;

import dev.mangru.autoscaler.playground.store.KubeApiException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// A path into a JSON document, RFC 6901.
///
/// @param text as written
/// @param tokens unescaped; empty for the whole document
record JsonPointer(String text, List<String> tokens) {

  JsonPointer {
    tokens = List.copyOf(tokens);
  }

  /// Refuses with 400 what is no pointer.
  static JsonPointer parse(String text) {
    if (text.isEmpty()) {
      return new JsonPointer(text, List.of());
    }
    if (text.charAt(0) != '/') {
      throw KubeApiException.badRequest("a JSON pointer begins with \"/\": \"" + text + "\"");
    }
    List<String> tokens = new ArrayList<>();
    for (String token : text.substring(1).split("/", -1)) {
      tokens.add(unescape(token, text));
    }
    return new JsonPointer(text, tokens);
  }

  boolean isRoot() {
    return tokens.isEmpty();
  }

  String last() {
    return tokens.getLast();
  }

  /// Whether that pointer leads into the value at this one.
  boolean isProperPrefixOf(JsonPointer that) {
    return tokens.size() < that.tokens.size()
        && that.tokens.subList(0, tokens.size()).equals(tokens);
  }

  /// The container of what it points at, or null if there is none.
  @Nullable JsonNode parent(JsonNode document) {
    JsonNode at = document;
    for (String token : tokens.subList(0, tokens.size() - 1)) {
      JsonNode next = child(at, token);
      if (next == null) {
        return null;
      }
      at = next;
    }
    return at;
  }

  /// What it points at, or null if there is nothing.
  @Nullable JsonNode resolve(JsonNode document) {
    if (isRoot()) {
      return document;
    }
    JsonNode parent = parent(document);
    return parent == null ? null : child(parent, last());
  }

  private static @Nullable JsonNode child(JsonNode node, String token) {
    if (node instanceof ArrayNode list) {
      int index = index(token);
      return index < 0 || index >= list.size() ? null : list.get(index);
    }
    return node.get(token);
  }

  /// The index that a token means, or -1; RFC 6901 allows no sign and no leading zero.
  static int index(String token) {
    if (token.isEmpty() || token.length() > 9 || (token.length() > 1 && token.charAt(0) == '0')) {
      return -1;
    }
    for (int i = 0; i < token.length(); i++) {
      if (token.charAt(i) < '0' || token.charAt(i) > '9') {
        return -1;
      }
    }
    return Integer.parseInt(token);
  }

  private static String unescape(String token, String text) {
    StringBuilder plain = new StringBuilder(token.length());
    int at = 0;
    while (at < token.length()) {
      char c = token.charAt(at++);
      if (c != '~') {
        plain.append(c);
        continue;
      }
      char next = at < token.length() ? token.charAt(at++) : ' ';
      if (next != '0' && next != '1') {
        throw KubeApiException.badRequest(
            "\"~\" in a JSON pointer is followed by 0 or 1: \"" + text + "\"");
      }
      plain.append(next == '0' ? '~' : '/');
    }
    return plain.toString();
  }
}
