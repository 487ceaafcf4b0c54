"""Criteria that find credentials in plain sight: in the environment, in command lines, in ConfigMaps, in an image.

Formats are those that their issuers publish (prefix and length); names are judged by their words. The patterns are
Seawall's own and linear: every repetition is bounded or a single class.
"""

import re
from functools import lru_cache

from seawall.model.kube.container import Container
from seawall.model.scanned import ScannedImage
from seawall.policy.criteria.image import SCAN
from seawall.policy.criteria.namespaced import PlacedEntry
from seawall.policy.criteria.ports import PlacedVariable
from seawall.policy.registry import Type, criterion

_FORMATS = {
    "private-key": r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----",
    "aws-access-key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "github-token": r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,100})\b",
    "gitlab-token": r"\bgl(?:pat|rt|dt|ptt)-[0-9A-Za-z_-]{20,64}",
    "slack-token": r"\bxox[abeoprs]-[0-9A-Za-z-]{10,250}",
    "google-api-key": r"\bAIza[0-9A-Za-z_-]{35}",
    "google-service-account": r"\"private_key_id\"\s{0,8}:\s{0,8}\"[0-9a-f]{40}",
    "stripe-key": r"\b[rs]k_live_[0-9A-Za-z]{16,99}",
    "openai-key": r"\bsk-(?:proj-|svcacct-)?[0-9A-Za-z_-]{16,100}T3BlbkFJ[0-9A-Za-z_-]{16,100}",
    "anthropic-key": r"\bsk-ant-[0-9a-z]{2,10}-[0-9A-Za-z_-]{24,120}",
    "hugging-face-token": r"\bhf_[0-9A-Za-z]{30,40}\b",
    "npm-token": r"\bnpm_[0-9A-Za-z]{36}\b",
    "azure-storage-key": r"AccountKey=[0-9A-Za-z+/]{60,90}={0,2}",
    "json-web-token": r"\beyJ[0-9A-Za-z_-]{10,2000}\.eyJ[0-9A-Za-z_-]{10,4000}\.[0-9A-Za-z_-]{20,1000}",
    "bearer-token": r"\b[Bb]earer (?=[A-Za-z._~+/-]{0,200}[0-9])[0-9A-Za-z._~+/-]{9,4000}",
    "password-in-url": r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']{0,64}:[^\s:/@$\"'{<]{3,128}@",
}
"""Kind of credential → what it looks like."""
_HINT = re.compile(
    r"-----BEGIN|[AS][KS]IA|gh[pousr]_|github_pat_|\bgl[a-z]{2,3}-|xox|AIza|_key_id|k_live_|sk-|hf_|npm_|AccountKey|eyJ"
    r"|earer |://"
)
_KINDS = tuple(_FORMATS)
_MARKS = {
    "private-key": ("PRIVATE KEY",),
    "aws-access-key": ("AKIA", "ASIA"),
    "github-token": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "gitlab-token": ("glpat-", "glrt-", "gldt-", "glptt-"),
    "slack-token": ("xox",),
    "google-api-key": ("AIza",),
    "google-service-account": ("private_key_id",),
    "stripe-key": ("k_live_",),
    "openai-key": ("T3BlbkFJ",),
    "anthropic-key": ("sk-ant-",),
    "hugging-face-token": ("hf_",),
    "npm-token": ("npm_",),
    "azure-storage-key": ("AccountKey=",),
    "json-web-token": ("eyJ",),
    "bearer-token": ("earer ",),
    "password-in-url": ("://",),
}
"""Kind of credential → texts one of which every such credential holds."""
_SECRET_NAME = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|(?:ENCRYPTION|ACCOUNT|STORAGE|BATCH|MASTER|SIGNING)_?KEY|CREDENTIAL|(?:^|_)PWD(?:_|$)"
    r"|(?:^|_)PASS(?:$)|(?:AUTH|ACCESS|BEARER|REFRESH|API|BOT|GITHUB|GITLAB|SLACK|NPM|VAULT|SESSION)_?TOKEN|^TOKEN$"
)
_ABOUT = re.compile(
    r"(?:^|_)(?:FILE|PATH|DIR|NAME|NAMESPACE|URL|URI|HOST|KEY_ID|ID|TTL|LENGTH|EXPIRY|EXPIRES|EXPIRATION|ENABLED|ENABLE"
    r"|DISABLE|ALGORITHM|TYPE|MODE|PROVIDER|VERSION|REGION|POLICY|ROTATION|MOUNT|REF|STORE|BACKEND|COUNT|ALLOW_EMPTY\w*)$"
)
_NO_SECRET = re.compile(
    r"\s*|true|false|yes|no|none|null|[0-9]{1,2}|/[\w./-]*|\$\(\w+\)|\$\{\w+\}|<.*>|\{\{.*\}\}", re.IGNORECASE
)
_FLAG = re.compile(
    r"(?:^|\s)--?(?:[a-z]{1,20}[-_.]){0,3}(?:password|passwd|passphrase|secret|api[-_]?key|access[-_]?key|token)[ =]"
    r"(?![-$\s/]|\$\()[^\s$]{3,}",
    re.IGNORECASE,
)
_LONGEST = 1 << 20
_SHORT = 4096
"""Texts up to here are first searched for a hint by one pattern; longer ones faster for each mark."""


@lru_cache(maxsize=64)
def _formats(kinds: tuple[str, ...]) -> re.Pattern[str]:
    """The formats of these kinds at once; compiled where a text bears marks of them."""
    return re.compile("|".join(f"({_FORMATS[kind]})" for kind in kinds))


def credentials_in(text: str) -> tuple[str, ...]:
    """The kinds of credentials that a text holds, in the order of the first; the first MiB is searched."""
    if len(text) < 12 or (len(text) <= _SHORT and not _HINT.search(text)):
        return ()
    kinds = tuple([kind for kind, marks in _MARKS.items() if any(mark in text for mark in marks)])
    if not kinds:
        return ()
    found = _formats(kinds).finditer(text, 0, _LONGEST)
    return tuple(sorted({kinds[one.lastindex - 1] for one in found if one.lastindex}))


@lru_cache(maxsize=4096)
def names_a_secret(name: str) -> bool:
    """Whether a variable or key is called like a secret, and not like something about one (its file, its name)."""
    upper = name.upper().replace("-", "_").replace(".", "_")
    return _SECRET_NAME.search(upper) is not None and _ABOUT.search(upper) is None


def is_secret(name: str, value: str) -> bool:
    """Whether a name calls its value a secret, and the value is one: no switch, number, path, reference or gap."""
    return bool(value) and names_a_secret(name) and _NO_SECRET.fullmatch(value) is None


@criterion("env", "literal-secret", Type.BOOL, of="variable", path="value", cost=2)
def literal_secret(placed: PlacedVariable) -> bool:
    """It is called like a secret (password, token, key, …), and its value is written out."""
    value = placed.variable.value
    return value is not None and is_secret(placed.variable.name, value)


@criterion("env", "credentials", Type.SET, of="variable", path="name", cost=3, values=_KINDS)
def env_credentials(placed: PlacedVariable) -> tuple[str, ...]:
    """The kinds of credentials that its value shows by its form: private-key, aws-access-key, github-token, …."""
    value = placed.variable.value
    return credentials_in(value) if value else ()


@criterion(
    "container",
    "command-credentials",
    Type.SET,
    of=("spec.command", "spec.args"),
    path="args",
    cost=3,
    values=(*_KINDS, "flag"),
)
def command_credentials(container: Container) -> tuple[str, ...]:
    """Kinds of credentials in its command line; ``flag`` is a password or token given as an argument."""
    words = (*container.spec.command, *container.spec.args)
    if not words:
        return ()
    line = " ".join(words)
    return (*credentials_in(line), *(("flag",) if _FLAG.search(line, 0, _LONGEST) else ()))


@criterion("entry", "credentials", Type.SET, cost=3, values=_KINDS)
def entry_credentials(placed: PlacedEntry) -> tuple[str, ...]:
    """The kinds of credentials that its text shows by their form."""
    return credentials_in(placed.text)


@criterion("entry", "literal-secret", Type.BOOL, cost=2)
def entry_literal_secret(placed: PlacedEntry) -> bool:
    """Its key is called like a secret, and there is one short line under it."""
    text = placed.text.strip()
    return len(text) <= 256 and "\n" not in text and is_secret(placed.key, text)


def _has_scan(image: ScannedImage) -> object:
    return image.scan


@criterion("image", "environment-secrets", Type.SET, needs=SCAN, given=_has_scan)
def environment_secrets(image: ScannedImage) -> tuple[str, ...]:
    """Names of variables of the image's environment that hold a secret: by name, or by the value's form."""
    config = image.scan.config if image.scan is not None else None
    pairs = [line.partition("=") for line in (config.environment if config is not None else ())]
    return tuple(name for name, _, value in pairs if is_secret(name, value) or credentials_in(value))
