"""Reports: one file a format, all behind :class:`~seawall.report.interface.Reporter`."""
