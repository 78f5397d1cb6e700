package dev.mangru.server.cli;

import dev.mangru.server.http.BuildInfo;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `mangru version`.
@Command(name = "version", description = "Print the version.")
public final class VersionCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    BuildInfo build = BuildInfo.current();
    out.println("Mangru " + build.version() + ", Java " + build.javaVersion());
    out.flush();
    return 0;
  }
}
