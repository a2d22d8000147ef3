/** Times, to be run by hand; see {@code src/site/markdown/benchmarks.md}. */
package dev.keraunos.benchmarks;
