import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cluster.synthetic import pod

from seawall.kube.client.item import Item
from seawall.kube.client.pack import Packer


@settings(deadline=None, max_examples=30)
@given(st.lists(st.binary(max_size=200), max_size=90))
def test_what_is_packed_is_unpacked(texts: list[bytes]) -> None:
    packer = Packer()
    packed = [packer.pack(Item(name="x", json=text)) for text in texts]
    assert [packer.unpack(each) for each in packed] == texts


def test_objects_of_a_kind_become_small() -> None:
    packer = Packer()
    texts = [
        json.dumps(pod(f"web-{number}") | {"status": {"phase": "Running", "x": "y" * 500}}) for number in range(200)
    ]
    packed = [packer.pack(Item(name="x", json=text.encode())) for text in texts]
    assert sum(map(len, packed[100:])) < sum(map(len, texts[100:])) / 8
