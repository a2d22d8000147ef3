/** What is gathered of an evaluation, in constant memory, for findings to judge. */
package dev.keraunos.loss.internal.evidence;
