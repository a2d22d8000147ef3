/** What may go wrong with a shape, for those who tell it to users in other words. */
package dev.keraunos.tensor.internal;
