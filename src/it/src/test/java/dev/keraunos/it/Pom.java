package dev.keraunos.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A {@code pom.xml}, read as text, without inheritance. */
record Pom(Document xml) {
  static Pom of(Path folder) {
    try {
      return new Pom(
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(folder.resolve("pom.xml").toFile()));
    } catch (IOException | ParserConfigurationException | SAXException e) {
      throw new IllegalStateException("cannot read the pom of " + folder, e);
    }
  }

  /** The texts of all elements of a name directly inside an element of another name. */
  List<String> texts(String parent, String name) {
    List<String> texts = new ArrayList<>();
    NodeList nodes = xml.getElementsByTagName(name);
    for (int i = 0; i < nodes.getLength(); i++) {
      Node node = nodes.item(i);
      if (node.getParentNode().getNodeName().equals(parent)) {
        texts.add(node.getTextContent().strip());
      }
    }
    return texts;
  }
}
