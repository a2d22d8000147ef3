package dev.keraunos.importer.internal.table;

import dev.keraunos.error.InputException;
import dev.keraunos.importer.layers.ModelRegistry;
import dev.keraunos.keras.internal.names.NearestNames;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which classes are read as which others, from alias to alias. */
final class Aliases {
  private final ModelRegistry registry;

  /**
   * The aliases of a registry.
   *
   * @param known the names of the classes that need none
   * @throws InputException if one leads to no class, or round in a circle
   */
  Aliases(ModelRegistry registry, Set<String> known) {
    this.registry = registry;
    for (String name : registry.aliases()) {
      requireNoCircle(name);
      List<String> target = target(List.of(name));
      boolean found = known.contains(bare(target)) || registry.layerLike(target).isPresent();
      if (!found) {
        throw unknown(name, target.get(0), known);
      }
    }
  }

  private void requireNoCircle(String start) {
    Set<String> passed = new LinkedHashSet<>(Set.of(start));
    Optional<ModelRegistry.Alias> next = registry.alias(List.of(start));
    while (next.isPresent()) {
      String target = next.get().target();
      if (!passed.add(target)) {
        throw new InputException(
            "the aliases " + String.join(" = ", passed) + " = " + target + " go round in a circle");
      }
      next = registry.alias(names(target));
    }
  }

  private InputException unknown(String alias, String target, Set<String> known) {
    Set<String> all = new TreeSet<>(known);
    all.addAll(registry.layers());
    return new InputException(
        "alias '"
            + alias
            + "': there is no layer '"
            + target
            + "'; nearest names: "
            + String.join(", ", NearestNames.of(target, all, Aliases::key)));
  }

  /** The names of the class behind all aliases, the bare one last; the same where there is none. */
  List<String> target(List<String> names) {
    Optional<ModelRegistry.Alias> alias = registry.alias(names);
    return alias.isPresent() ? target(names(alias.get().target())) : names;
  }

  boolean isAlias(List<String> names) {
    return registry.alias(names).isPresent();
  }

  /** The keys that the aliases of a class ignore. */
  Set<String> ignored(List<String> names) {
    Set<String> ignored = new HashSet<>();
    for (Optional<ModelRegistry.Alias> alias = registry.alias(names);
        alias.isPresent();
        alias = registry.alias(names(alias.get().target()))) {
      ignored.addAll(alias.get().ignored());
    }
    return ignored;
  }

  private static List<String> names(String name) {
    return List.of(name, bare(List.of(name)));
  }

  private static String key(String name) {
    return bare(List.of(name)).toLowerCase(Locale.ROOT);
  }

  /** The last name without its package. */
  static String bare(List<String> names) {
    String last = names.get(names.size() - 1);
    return last.substring(last.indexOf('>') + 1);
  }
}
