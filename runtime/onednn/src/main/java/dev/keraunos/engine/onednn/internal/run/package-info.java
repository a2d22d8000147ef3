/** Plans run by threads, whole batches or parts of them. */
package dev.keraunos.engine.onednn.internal.run;
