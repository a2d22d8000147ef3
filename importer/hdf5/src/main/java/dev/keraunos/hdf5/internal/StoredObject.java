package dev.keraunos.hdf5.internal;

import dev.keraunos.hdf5.internal.group.Link;
import dev.keraunos.hdf5.internal.storage.StoredData;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A group or dataset as its checked header describes it.
 *
 * @param attributes texts, and numbers as text, by name; an empty list for an attribute of no
 *     elements
 * @param links by name; empty for datasets
 * @param data for datasets only
 */
record StoredObject(
    Map<String, List<String>> attributes, Map<String, Link> links, Optional<StoredData> data) {}
