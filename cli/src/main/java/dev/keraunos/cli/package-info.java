/** The {@code keraunos} command. */
package dev.keraunos.cli;
