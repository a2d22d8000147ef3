package dev.keraunos.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/** A headless Chromium. */
final class Browser {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");
  private static final int HEIGHT = 5000;
  private static final int LEAST_WIDTH = 600;
  private static final int PATIENCE_SECONDS = 120;

  /** What the reader prefers, in Chromium's order. */
  enum Scheme {
    DARK,
    LIGHT
  }

  /**
   * A page as it was shown.
   *
   * @param places of bars ({@code bar 0}), maps and the diagram
   * @param contentWidth what the page wants, and its tables
   */
  record Shot(BufferedImage image, Map<String, Rectangle> places, int contentWidth) {
    int at(int x, int y) {
      return image.getRGB(x, y) & 0xffffff;
    }

    /** The colour at a part of the width and height of a place. */
    int at(Rectangle place, double right, double down) {
      return at((int) (place.x + right * place.width), (int) (place.y + down * place.height));
    }
  }

  private Browser() {}

  /** The first one on the path. */
  static Optional<Path> find() {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      for (String name : NAMES) {
        Path file = Path.of(folder).resolve(name);
        if (Files.isExecutable(file)) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Shows a page in a frame of a width: a window cannot be as narrow as a telephone. A script
   * beside the frame, which no report has, writes down where things are.
   */
  static Shot show(Path browser, String page, int width, Scheme scheme, Path folder)
      throws IOException, InterruptedException {
    String script =
        "addEventListener('load', () => {const d ="
            + " document.querySelector('iframe').contentDocument; const found = {}; for (const s of"
            + " ['.bar div', 'img', 'svg.diagram', '.mark']) d.querySelectorAll(s).forEach((e, i)"
            + " => {const r = e.getBoundingClientRect(); found[s + ' ' + i] = [r.x, r.y, r.width,"
            + " r.height]}); found.width = Math.max(d.documentElement.scrollWidth,"
            + " ...[...d.querySelectorAll('.wide')].map(e => e.getBoundingClientRect().x +"
            + " e.scrollWidth)); document.querySelector('pre').textContent ="
            + " JSON.stringify(found)})";
    Path file = folder.resolve("frame.html");
    Files.writeString(
        file,
        String.format(
            Locale.ROOT,
            "<!DOCTYPE html><meta charset=\"utf-8\"><body style=\"margin:0\"><iframe"
                + " style=\"border:0;width:%dpx;height:%dpx\" srcdoc=\"%s\"></iframe><pre></pre>"
                + "<script>%s</script>",
            width,
            HEIGHT,
            page.replace("&", "&amp;").replace("\"", "&quot;"),
            script));
    Path picture = folder.resolve("picture.png");
    run(browser, width, scheme, folder, "--screenshot=" + picture, file.toUri().toString());
    String dom = run(browser, width, scheme, folder, "--dump-dom", file.toUri().toString());
    Matcher matcher = Pattern.compile("<pre>(\\{.*?\\})</pre>").matcher(dom);
    if (!matcher.find()) {
      throw new IOException("the browser wrote no places: " + dom);
    }
    JsonNode json = new ObjectMapper().readTree(matcher.group(1));
    Map<String, Rectangle> places = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      JsonNode r = entry.getValue();
      if (r.isArray()) {
        places.put(
            entry.getKey().replace(".bar div", "bar").replace("img", "map"),
            new Rectangle(
                (int) Math.round(r.get(0).asDouble()),
                (int) Math.round(r.get(1).asDouble()),
                (int) Math.round(r.get(2).asDouble()),
                (int) Math.round(r.get(3).asDouble())));
      }
    }
    return new Shot(ImageIO.read(picture.toFile()), places, json.get("width").asInt());
  }

  private static String run(
      Path browser, int width, Scheme scheme, Path folder, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(browser.toString());
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--blink-settings=preferredColorScheme=" + scheme.ordinal(),
            "--user-data-dir=" + folder.resolve("profile"),
            "--window-size=" + Math.max(width, LEAST_WIDTH) + "," + HEIGHT));
    command.addAll(List.of(arguments));
    File out = folder.resolve("out").toFile();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the browser does not end");
    }
    return Files.readString(out.toPath());
  }
}
