/** What losses say to people. */
package dev.keraunos.loss.internal.text;
