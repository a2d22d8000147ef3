/** Pages of the command. */
package dev.keraunos.cli.internal;
