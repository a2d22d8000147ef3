/** Requests of many callers, computed in batches. */
package dev.keraunos.internal.batching;
