/** Saved models as tests: {@link dev.keraunos.junit.KerasFixtureTest} is one test per model. */
package dev.keraunos.junit;
