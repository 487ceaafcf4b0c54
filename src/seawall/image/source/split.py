"""Targets that are a path and, behind it, the name of one of several images."""

import os


def split(target: str) -> tuple[str, str]:
    """(path, name or digest): the shortest part before a ``:`` or ``@`` that exists; else all of it.

    Paths may hold colons, and names do (``image.tar:demo/app:1``), so what exists decides.
    """
    if not os.path.exists(target):
        for position, character in enumerate(target):
            if character in ":@" and position and os.path.exists(target[:position]):
                return target[:position], target[position + 1 :]
    return target, ""
