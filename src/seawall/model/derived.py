"""An attribute that is worked out at its first use: as :func:`functools.cached_property`, in two fifths of the time.

Judging a container asks for a handful of such attributes once each. The lock that ``cached_property`` takes (Python
3.11) costs more than working most of them out; without it, two threads may both do so, with the same result.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

_T = TypeVar("_T")


class derived(Generic[_T]):  # noqa: N801 -- a decorator, like property
    """Works the attribute out, and leaves it in the object's own dictionary, where it is found first."""

    def __init__(self, func: Callable[[Any], _T]) -> None:
        self.func = func
        self.__doc__ = func.__doc__
        self._name = func.__name__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> _T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | _T:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self.func(instance)
        return value
