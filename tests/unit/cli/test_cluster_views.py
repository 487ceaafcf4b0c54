import pytest

from seawall.cli.cluster_views import detail_heading


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("serviceAccount", "service account"),
        ("clusterIP", "cluster IP"),
        ("type", "type"),
        ("externalIPs", "external IPs"),
        ("podSecurity", "pod security"),
        ("ip", "ip"),
    ],
)
def test_details_names_in_words(name: str, words: str) -> None:
    assert detail_heading(name) == words
