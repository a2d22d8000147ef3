/** What an evaluation tells of its batches. */
package dev.keraunos.loss.internal.observe;
