package dev.mangru.collector.agent;

/// A configuration that cannot be used; the message names the file, the key and the way out.
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }
}
