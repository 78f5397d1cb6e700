package dev.mangru.dashboard.shell;

import com.vaadin.flow.component.dependency.CssImport;
import com.vaadin.flow.component.dependency.NpmPackage;
import com.vaadin.flow.component.dependency.StyleSheet;
import com.vaadin.flow.component.page.AppShellConfigurator;
import com.vaadin.flow.component.page.ColorScheme;
import com.vaadin.flow.component.page.Viewport;
import com.vaadin.flow.server.AppShellSettings;
import com.vaadin.flow.theme.aura.Aura;

/// Dresses every page: the Aura theme (dark until the reader chooses otherwise), the fonts, the
/// icons.
///
/// Everything is served by Mangru itself; no page asks another host for anything. No view pushes:
/// what moves is fetched by the browser modules, and objectives are read again at the page's tick.
@Viewport("width=device-width, initial-scale=1")
@StyleSheet(Aura.STYLESHEET)
@StyleSheet("mangru.css")
@ColorScheme(ColorScheme.Value.DARK)
@NpmPackage(value = "@fontsource-variable/inter", version = "5.3.0")
@CssImport("@fontsource-variable/inter/index.css")
@NpmPackage(value = "@fontsource/jetbrains-mono", version = "5.3.0")
@CssImport("@fontsource/jetbrains-mono/latin-400.css")
public class MangruShell implements AppShellConfigurator {

  private static final long serialVersionUID = 1L;

  @Override
  public void configurePage(AppShellSettings settings) {
    settings.addFavIcon("icon", "icons/mangru.svg", "any");
    settings.addMetaTag("description", "Mangru: metrics, logs and objectives of this cluster.");
    settings.addMetaTag("theme-color", "#14171b");
  }
}
