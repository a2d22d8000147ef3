/** Pages, pictures and tables of the command. */
package dev.keraunos.cli.internal;
