"""Package databases and metadata: one file a format, all behind :class:`~seawall.image.package.interface.Analyzer`."""
