package dev.keraunos.importer.config;

/**
 * A function or object that a config refers to: an activation, a regulariser, a loss. All of Keras'
 * spellings read as this: {@code "relu"}, {@code {"class_name", "config"}}, the v3 form with {@code
 * module}, Keras 1's flat form {@code {"name": "WeightRegularizer", "l2": 0.1}}.
 *
 * @param name the function or class name without its package
 * @param registeredName {@code package>Name} where it was registered under one, else equal to the
 *     name
 * @param module the v3 form's module, or empty
 * @param config its settings; empty for a bare name
 */
public record SavedObject(String name, String registeredName, String module, Config config) {}
