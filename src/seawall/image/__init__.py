"""Images: from a target (registry, archive, layout, directory, SBOM) to a :class:`seawall.model.Image`.

:func:`seawall.image.load.load` is the way in.
"""
