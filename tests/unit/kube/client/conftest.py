"""Nothing waits longer than it must."""

import pytest

from seawall.kube.client.backoff import Backoff


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow at once; what a server asks for is still waited for."""
    monkeypatch.setattr(Backoff.__init__, "__defaults__", (0.001, 0.01))
