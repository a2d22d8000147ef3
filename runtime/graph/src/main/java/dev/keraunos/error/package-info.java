/** What Keraunos throws. */
package dev.keraunos.error;
