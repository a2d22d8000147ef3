/** An explanation of a loss for people and machines: text, a page of HTML, JSON. */
package dev.keraunos.report;
