/**
 * What runs graphs: the {@link dev.keraunos.engine.Engine} contract and the choice among engines.
 */
package dev.keraunos.engine;
