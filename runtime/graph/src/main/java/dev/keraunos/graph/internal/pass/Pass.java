package dev.keraunos.graph.internal.pass;

import dev.keraunos.graph.Graph;
import java.util.function.UnaryOperator;

/** A rewriting of graphs, by the name under which a run can stop after it. */
record Pass(String name, UnaryOperator<Graph> rewrite) {}
