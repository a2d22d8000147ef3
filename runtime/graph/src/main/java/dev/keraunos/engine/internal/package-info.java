/** What every engine shares: runs in bounded memory, and the engine that is the definition. */
package dev.keraunos.engine.internal;
