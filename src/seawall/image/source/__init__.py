"""Where images come from: one file a source, all behind :class:`~seawall.image.source.interface.Source`."""
