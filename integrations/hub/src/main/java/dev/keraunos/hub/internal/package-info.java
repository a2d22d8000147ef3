/** KerasHub: {@link dev.keraunos.hub.internal.HubLibrary} lists its layers and models. */
package dev.keraunos.hub.internal;
