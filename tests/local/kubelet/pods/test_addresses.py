from ipaddress import IPv4Network

import pytest

from local.kubelet.errors import KubeletError
from local.kubelet.pods.addresses import Addresses

NETWORK = IPv4Network("127.1.64.0/29")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "addresses.json"


def test_a_pod_keeps_its_address_also_over_a_restart(file):
    first = Addresses(NETWORK, file).of("a")
    assert Addresses(NETWORK, file).of("a") == first == "127.1.64.1"


def test_an_address_rests_after_its_pod(file):
    addresses = Addresses(NETWORK, file)
    assert [addresses.of("a"), addresses.of("b")] == ["127.1.64.1", "127.1.64.2"]
    addresses.release("a")
    assert addresses.find("a") is None
    assert addresses.of("c") == "127.1.64.3"


def test_addresses_come_round_again(file):
    addresses = Addresses(NETWORK, file)
    for number in range(7):
        addresses.of(str(number))
    addresses.release("2")
    assert addresses.of("new") == "127.1.64.3"


def test_a_full_network_says_so(file):
    addresses = Addresses(NETWORK, file)
    for number in range(7):
        addresses.of(str(number))
    with pytest.raises(KubeletError, match=r"Every address of 127\.1\.64\.0/29 belongs to a pod"):
        addresses.of("one more")


def test_no_address_ends_in_0_or_255(file):
    addresses = Addresses(IPv4Network("127.1.64.0/23"), file)
    given = [addresses.of(str(number)) for number in range(508)]
    assert not [address for address in given if address.endswith((".0", ".255"))]


def test_another_network_starts_anew(file):
    Addresses(NETWORK, file).of("a")
    assert Addresses(IPv4Network("127.2.64.0/29"), file).of("a") == "127.2.64.1"
