package dev.mangru.alerts.rule;

import java.util.List;

/// A rule file that makes sense.
///
/// @param name the file's name as users know it; part of its groups' identity
/// @param groups in order; names differ
public record RuleFile(String name, List<RuleGroup> groups) {

  public RuleFile {
    groups = List.copyOf(groups);
  }

  /// What became of a text that should be a rule file.
  public sealed interface Outcome {

    /// The name that was given to the text.
    String file();

    /// It makes sense.
    ///
    /// @param warnings what was passed over, such as a second document
    record Parsed(RuleFile rules, List<RuleFileError> warnings) implements Outcome {
      public Parsed {
        warnings = List.copyOf(warnings);
      }

      @Override
      public String file() {
        return rules.name();
      }
    }

    /// It does not.
    ///
    /// @param errors all of them, in the order of the file; never empty
    record Refused(String file, List<RuleFileError> errors) implements Outcome {
      public Refused {
        errors = List.copyOf(errors);
      }
    }
  }
}
