/** What pages are made of. */
package dev.keraunos.report.internal;
