"""Kubernetes' additions to CEL, for cel-expr-python: quantities, URLs, addresses, patterns, lists, formats, versions.

Source: Kubernetes documentation, “Common Expression Language in Kubernetes”, and the packages of
``k8s.io/apiserver/pkg/cel/library``. A quantity is a double here, an address, network, URL, format or semantic version
the text it was made from: CEL's overloads tell the methods apart. A function that is given nonsense raises; CEL turns
that into an error value, and the condition is then “not known here”.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from seawall.policy import units

if TYPE_CHECKING:
    from cel_expr_python.cel import FunctionDecl

_FORMATS: dict[str, tuple[str, int]] = {
    "dns1123Label": (r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", 63),
    "dns1123Subdomain": (r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", 253),
    "dns1035Label": (r"[a-z]([-a-z0-9]*[a-z0-9])?", 63),
    "qualifiedName": (r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?", 317),
    "labelValue": (r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", 63),
    "uuid": (r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", 36),
    "byte": (r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", 1 << 20),
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", 10),
    "datetime": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", 40),
}
_SEMVER = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)


def declarations() -> list["FunctionDecl"]:
    """All functions, as the environment takes them."""
    from cel_expr_python import cel  # noqa: PLC0415 -- only policies with CEL pay for it

    kinds = cel.Type
    types = {"s": kinds.STRING, "d": kinds.DOUBLE, "i": kinds.INT, "b": kinds.BOOL, "l": kinds.LIST, "?": kinds.DYN}
    grouped: dict[str, list[cel.Overload]] = {}
    for name, signature, member, function in _table():
        parameters, _, result = signature.partition(">")
        overload = cel.Overload(
            f"{name.replace('.', '_')}_{'m' if member else 'g'}_{parameters.replace('?', 'x')}",
            types[result],
            [types[letter] for letter in parameters],
            member,
            impl=function,
        )
        grouped.setdefault(name, []).append(overload)
    return [cel.FunctionDecl(name, overloads) for name, overloads in grouped.items()]


_Row = tuple[str, str, bool, Callable[..., object]]


def _table() -> list[_Row]:
    """(name, parameter types > result type, whether the first parameter stands before the dot, function)."""
    rows: list[_Row] = [
        *_quantities(),
        *_addresses(),
        *_urls(),
        *_lists(),
        *_strings(),
        *_versions(),
        ("find", "ss>s", True, _find),
        ("findAll", "ss>l", True, _find_all),
        ("findAll", "ssi>l", True, lambda text, pattern, most: _find_all(text, pattern)[: most if most >= 0 else None]),
        ("format.named", "s>s", False, _named),
        ("validate", "ss>l", True, _validate),
        ("sets.contains", "ll>b", False, lambda have, wanted: all(item in have for item in wanted)),
        ("sets.intersects", "ll>b", False, lambda one, two: any(item in one for item in two)),
        (
            "sets.equivalent",
            "ll>b",
            False,
            lambda one, two: all(item in one for item in two) and all(item in two for item in one),
        ),
    ]
    rows += [(f"format.{name}", ">s", False, lambda name=name: name) for name in _FORMATS]
    return rows


def _quantities() -> list[_Row]:
    return [
        ("quantity", "s>d", False, units.quantity),
        ("isQuantity", "s>b", False, lambda text: _accepts(units.quantity, text)),
        ("isInteger", "d>b", True, lambda value: value.is_integer()),
        ("asInteger", "d>i", True, int),
        ("asApproximateFloat", "d>d", True, float),
        ("sign", "d>i", True, lambda value: (value > 0) - (value < 0)),
        ("add", "dd>d", True, lambda one, two: one + two),
        ("sub", "dd>d", True, lambda one, two: one - two),
        ("isGreaterThan", "dd>b", True, lambda one, two: one > two),
        ("isLessThan", "dd>b", True, lambda one, two: one < two),
        ("compareTo", "dd>i", True, lambda one, two: (one > two) - (one < two)),
    ]


def _addresses() -> list[_Row]:
    address, network = ipaddress.ip_address, _network
    return [
        ("ip", "s>s", False, lambda text: str(address(text))),
        ("isIP", "s>b", False, lambda text: _accepts(address, text)),
        ("ip.isCanonical", "s>b", False, lambda text: str(address(text)) == text),
        ("family", "s>i", True, lambda text: address(text).version),
        ("isUnspecified", "s>b", True, lambda text: address(text).is_unspecified),
        ("isLoopback", "s>b", True, lambda text: address(text).is_loopback),
        ("isLinkLocalUnicast", "s>b", True, lambda text: address(text).is_link_local),
        ("isLinkLocalMulticast", "s>b", True, _link_local_multicast),
        ("isGlobalUnicast", "s>b", True, _global_unicast),
        ("cidr", "s>s", False, _cidr),
        ("isCIDR", "s>b", False, lambda text: _accepts(_cidr, text)),
        ("containsIP", "ss>b", True, lambda text, inner: address(inner) in network(text)),
        ("containsCIDR", "ss>b", True, lambda text, inner: _contains(network(text), network(inner))),
        ("prefixLength", "s>i", True, lambda text: network(text).prefixlen),
        ("masked", "s>s", True, lambda text: str(network(text))),
        ("ip", "s>s", True, lambda text: text.partition("/")[0]),
    ]


def _urls() -> list[_Row]:
    return [
        ("url", "s>s", False, _url),
        ("isURL", "s>b", False, lambda text: _accepts(_url, text)),
        ("getScheme", "s>s", True, lambda text: _split(text).scheme),
        ("getHost", "s>s", True, lambda text: _split(text).netloc.rpartition("@")[2]),
        ("getHostname", "s>s", True, lambda text: _split(text).hostname or ""),
        ("getPort", "s>s", True, lambda text: str(_split(text).port or "")),
        ("getEscapedPath", "s>s", True, lambda text: quote(_split(text).path, safe="/%:@!$&'()*+,;=~-._")),
    ]


def _lists() -> list[_Row]:
    return [
        ("isSorted", "l>b", True, lambda items: list(items) == sorted(items)),
        ("sum", "l>?", True, sum),
        ("min", "l>?", True, min),
        ("max", "l>?", True, max),
        *(("indexOf", f"l{kind}>i", True, _index) for kind in "sidb"),
        *(("lastIndexOf", f"l{kind}>i", True, _last_index) for kind in "sidb"),
    ]


def _strings() -> list[_Row]:
    """The strings extension of cel-spec, written here since its list functions' names are Kubernetes', too."""
    return [
        ("charAt", "si>s", True, lambda text, at: text[at] if 0 <= at < len(text) else _out_of(text, at)),
        ("indexOf", "ss>i", True, lambda text, part: text.find(part)),
        ("indexOf", "ssi>i", True, lambda text, part, at: text.find(part, at)),
        ("lastIndexOf", "ss>i", True, lambda text, part: text.rfind(part)),
        ("join", "l>s", True, "".join),
        ("join", "ls>s", True, lambda items, glue: glue.join(items)),
        ("lowerAscii", "s>s", True, lambda text: text.translate(_LOWER)),
        ("upperAscii", "s>s", True, lambda text: text.translate(_UPPER)),
        ("replace", "sss>s", True, lambda text, old, new: text.replace(old, new)),
        ("replace", "sssi>s", True, lambda text, old, new, most: text.replace(old, new, most)),
        ("reverse", "s>s", True, lambda text: text[::-1]),
        ("split", "ss>l", True, _split_text),
        ("split", "ssi>l", True, _split_text),
        ("substring", "si>s", True, lambda text, at: text[at:] if 0 <= at <= len(text) else _out_of(text, at)),
        ("substring", "sii>s", True, _substring),
        ("trim", "s>s", True, str.strip),
    ]


_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_UPPER = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}


def _out_of(text: str, at: int) -> str:
    raise ValueError(f"index {at} is outside of a text of {len(text)} characters")


def _substring(text: str, start: int, end: int) -> str:
    return text[start:end] if 0 <= start <= end <= len(text) else _out_of(text, end)


def _split_text(text: str, glue: str, most: int = -1) -> list[str]:
    if most == 0:
        return []
    parts = text.split(glue) if glue else list(text)
    return parts if most < 0 or len(parts) <= most else [*parts[: most - 1], glue.join(parts[most - 1 :])]


def _versions() -> list[_Row]:
    return [
        ("semver", "s>s", False, _checked_version),
        ("isSemver", "s>b", False, lambda text: _SEMVER.fullmatch(text) is not None),
        ("major", "s>i", True, lambda text: _numbers(text)[0]),
        ("minor", "s>i", True, lambda text: _numbers(text)[1]),
        ("patch", "s>i", True, lambda text: _numbers(text)[2]),
        ("isLessThan", "ss>b", True, lambda one, two: _order(one) < _order(two)),
        ("isGreaterThan", "ss>b", True, lambda one, two: _order(one) > _order(two)),
        ("compareTo", "ss>i", True, lambda one, two: (_order(one) > _order(two)) - (_order(one) < _order(two))),
    ]


def _accepts(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except Exception:  # noqa: BLE001 -- whatever the parser raises means no
        return False
    return True


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> _Network:
    return ipaddress.ip_network(text, strict=False)


def _cidr(text: str) -> str:
    if "/" not in text:
        raise ValueError(f"{text!r} is no network")
    _network(text)
    return text


def _contains(outer: _Network, inner: _Network) -> bool:
    if isinstance(outer, ipaddress.IPv4Network):
        return isinstance(inner, ipaddress.IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, ipaddress.IPv6Network) and inner.subnet_of(outer)


def _link_local_multicast(text: str) -> bool:
    local = ("224.0.0.0/24", "ff02::/16")
    return any(ipaddress.ip_address(text) in ipaddress.ip_network(network) for network in local)


def _global_unicast(text: str) -> bool:
    """As Go's net/netip means it: everything but unspecified, loopback, multicast, link-local and broadcast."""
    address = ipaddress.ip_address(text)
    special = address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local
    return not special and str(address) != "255.255.255.255"


def _split(text: str) -> SplitResult:
    return urlsplit(text)


def _url(text: str) -> str:
    parts = urlsplit(text)
    if not (parts.scheme or text.startswith("/")) or any(letter <= " " for letter in text):
        raise ValueError(f"{text!r} is no URL")
    return text


def _find(text: str, pattern: str) -> str:
    import re2  # noqa: PLC0415

    found = re2.search(pattern, text)
    return str(found.group(0)) if found else ""


def _find_all(text: str, pattern: str) -> list[str]:
    import re2  # noqa: PLC0415

    return [str(found.group(0)) for found in re2.finditer(pattern, text)]


def _named(name: str) -> str:
    if name not in _FORMATS and name != "uri":
        raise ValueError(f"there is no format {name!r}")
    return name


def _validate(name: str, text: str) -> list[str]:
    """The reasons why a text is not of a format; empty when it is."""
    if name == "uri":
        return [] if _accepts(_url, text) else ["is no URI"]
    pattern, longest = _FORMATS[_named(name)]
    if len(text) > longest:
        return [f"is longer than {longest} characters"]
    return [] if re.fullmatch(pattern, text, re.ASCII) else [f"is no {name}"]


def _index(items: Sequence[object], item: object) -> int:
    return list(items).index(item) if item in items else -1


def _last_index(items: Sequence[object], item: object) -> int:
    found = [index for index, one in enumerate(items) if one == item]
    return found[-1] if found else -1


def _checked_version(text: str) -> str:
    _order(text)
    return text


def _numbers(text: str) -> tuple[int, int, int]:
    found = _SEMVER.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no semantic version")
    return int(found[1]), int(found[2]), int(found[3])


def _order(text: str) -> tuple[tuple[int, int, int], tuple[int, tuple[tuple[int, int, str], ...]]]:
    """A key in the order of semver.org, section 11: a pre-release stands before its release."""
    numbers = _numbers(text)
    found = _SEMVER.fullmatch(text)
    suffix = found[4] if found else None
    if suffix is None:
        return numbers, (1, ())
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in suffix.split("."))
    return numbers, (0, parts)
