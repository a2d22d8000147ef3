/** What a call of a model takes beside its inputs. */
package dev.keraunos.internal.prediction;
