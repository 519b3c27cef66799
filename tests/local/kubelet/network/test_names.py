from dataclasses import replace

from local.kubelet.network.names import addresses, hosts_text, records
from local.kubelet.network.names_service import Names
from tests.local.kubelet.documents import pod
from tests.local.kubelet.network.test_service_table import OTHER, POD, service

FIRST = replace(POD, hostname="db-0", subdomain="peers")
SECOND = replace(OTHER, hostname="db-1", subdomain="peers", is_ready=False)
SERVICES = [service(name="db"), service(name="peers", clusterIP="None")]


def names(services, *members):
    return dict(addresses(records(services, members), "cluster.local"))


def test_services_and_the_ready_pods_of_headless_ones_have_names():
    assert names(SERVICES, FIRST, SECOND) == {
        "db.data.svc.cluster.local": ("127.1.32.7",),
        "peers.data.svc.cluster.local": ("127.1.64.1",),
        "db-0.peers.data.svc.cluster.local": ("127.1.64.1",),
    }


def test_pods_that_are_not_ready_have_names_where_the_service_says_so():
    early = service(name="peers", clusterIP="None", publishNotReadyAddresses=True)
    assert "db-1.peers.data.svc.cluster.local" in names([early], FIRST, SECOND)


def test_a_pod_of_another_subdomain_has_no_name_of_its_own():
    found = names(SERVICES, replace(FIRST, subdomain="else"))
    assert set(found) == {"db.data.svc.cluster.local", "peers.data.svc.cluster.local"}


def test_short_names_count_in_their_own_namespace_only():
    found = records(SERVICES[:1], [])
    line = "127.1.32.7\tdb.data.svc.cluster.local db.data.svc db.data"
    assert hosts_text(found, "cluster.local", "data") == f"{line} db\n"
    assert hosts_text(found, "cluster.local", "web") == f"{line}\n"


def test_the_files_of_pods_follow_changes(tmp_path):
    hub = Names("cluster.local", tmp_path / "machine", {})
    file = tmp_path / "hosts"
    one = pod(hostname="db-0", subdomain="peers")
    hub.register(one, "127.1.64.1", file)
    assert "127.1.64.1\tdb-0.peers.data.svc.cluster.local db-0\n" in file.read_text()
    hub.update(records(SERVICES, [FIRST]), [])
    assert "127.1.32.7\tdb.data.svc.cluster.local db.data.svc db.data db\n" in file.read_text()
    assert "db.data.svc" in (tmp_path / "machine").read_text()
    hub.update(records([], []), [])
    assert "db.data" not in file.read_text()
    assert hub.find("db.data.svc.cluster.local") is None
    opened = file.open()
    hub.update(records(SERVICES, [FIRST]), [])
    assert "db.data" not in opened.read(), "a reader goes on with the file that it has opened"
    opened.close()
    hub.update(records([], []), [])
    hub.unregister(one.uid)
    hub.update(records(SERVICES, [FIRST]), [])
    assert "db.data" not in file.read_text()


def test_a_name_above_known_ones_exists_without_an_address(tmp_path):
    hub = Names("cluster.local", tmp_path / "machine", {})
    hub.update(records(SERVICES, []), [])
    assert hub.find("db.data.svc.cluster.local") == ("127.1.32.7",)
    assert hub.find("data.svc.cluster.local") == ()
    assert hub.find("none.data.svc.cluster.local") is None
