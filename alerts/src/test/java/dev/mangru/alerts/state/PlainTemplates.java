package dev.mangru.alerts.state;

import dev.mangru.model.error.ErrorCode;
import dev.mangru.model.error.MangruException;

/// The least that tells whether templates get what they need: `{{value}}`, `{{label NAME}}` at the
/// end of the text, `{{fail}}`.
final class PlainTemplates implements RuleTemplates {

  @Override
  public void check(String alert, String text) {
    // Everything parses.
  }

  @Override
  public String expand(String alert, String template, Input input) {
    if (template.contains("{{fail}}")) {
      throw new MangruException(ErrorCode.EXECUTION, "error executing template __alert_" + alert);
    }
    int label = template.indexOf("{{label ");
    String text = template;
    if (label >= 0) {
      String wanted =
          template.substring(label + "{{label ".length(), template.indexOf("}}", label));
      text = template.substring(0, label) + input.labels().get(wanted);
    }
    return text.replace("{{value}}", String.valueOf(input.value()));
  }
}
