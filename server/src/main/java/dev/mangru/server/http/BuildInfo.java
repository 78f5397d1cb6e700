package dev.mangru.server.http;

/// What this build is.
///
/// @param version Mangru's version
/// @param javaVersion the Java runtime's
public record BuildInfo(String version, String javaVersion) {

  /// This process. The version is in the jar's manifest; a run from class files has none.
  public static BuildInfo current() {
    String version = BuildInfo.class.getPackage().getImplementationVersion();
    return new BuildInfo(version == null ? "development" : version, Runtime.version().toString());
  }
}
