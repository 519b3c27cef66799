"""config.xml and users.xml by what they mean to a server."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from control.scaling.replica_seen import Limits
from control.warehouses.model import Disk, Service, Size, Warehouse
from control.warehouses.replica_manifests import GRACE
from control.warehouses.server_config import SYSTEM_LOGS, UNFINISHED_QUERIES, server_config
from control.warehouses.users_config import users_config
from tests.control.warehouses.samples import DEPLOYMENT, LAKE, MAIN, READER

ON_OBJECTS = replace(LAKE, disk=Disk.OBJECT_STORAGE)


def config(service: Service = MAIN, warehouse: Warehouse = LAKE) -> ElementTree.Element:
    return ElementTree.fromstring(server_config(DEPLOYMENT, warehouse, service, "k3x9q2"))


def users(service: Service) -> ElementTree.Element:
    return ElementTree.fromstring(users_config("replicated", service))


def test_a_server_listens_on_its_pod_address_alone() -> None:
    assert [e.attrib for e in config().findall("listen_host")] == [{"from_env": "POD_IP"}]


def test_a_replica_is_named_by_its_id_and_grouped_by_its_service() -> None:
    assert config().findtext("macros/replica") == "k3x9q2"
    assert config().findtext("replica_group_name") == "main"
    assert config(READER).findtext("replica_group_name") == "reader"
    host = "lake-main-k3x9q2-0.lake-main-replicas.clickhouse.svc.cluster.local"
    assert config().findtext("interserver_http_host") == host


def test_all_services_of_a_warehouse_share_keeper_users_and_functions() -> None:
    shared = ("user_directories/replicated/zookeeper_path", "user_defined_zookeeper_path")
    for path in shared:
        assert config().findtext(path) == config(READER).findtext(path)
    hosts = [node.findtext("host") for node in config(READER).findall("zookeeper/node")]
    assert hosts == [f"lake-keeper-{n}.lake-keeper.clickhouse.svc.cluster.local" for n in (1, 2, 3)]


def test_an_idle_server_is_not_kept_busy_by_logs_about_itself() -> None:
    assert config().findtext("metric_log/collect_interval_milliseconds") == "10000"
    assert config().findtext("metric_log/flush_interval_milliseconds") == "60000"
    assert config().findtext("query_log/flush_interval_milliseconds") == "7500"


def test_no_cluster_is_configured_that_would_hide_the_databases_own() -> None:
    assert config().find("remote_servers") is None


def test_parts_that_a_backup_holds_are_known_when_it_ends() -> None:
    assert config().findtext("merge_tree/old_parts_lifetime") == "480"


def test_a_read_only_service_neither_writes_nor_merges() -> None:
    assert config(READER).findtext("disable_insertion_and_mutation") == "1"
    assert config(READER).findtext("merge_tree/always_fetch_merged_part") == "1"
    assert config(READER).findtext("merge_tree/replicated_can_become_leader") == "0"
    assert config(MAIN).find("disable_insertion_and_mutation") is None


def test_people_on_a_read_only_service_cannot_switch_ddl_on_but_replication_can() -> None:
    profiles = users(READER).find("profiles")
    assert profiles is not None
    assert profiles.findtext("default/allow_ddl") == "0"
    assert profiles.find("default/constraints/allow_ddl/const") is not None
    assert profiles.findtext("internal/allow_ddl") == "1"
    assert profiles.find("internal/constraints/allow_ddl/const") is None
    assert config(READER).findtext("distributed_ddl/profile") == "internal"
    assert users(READER).findtext("users/byoc_operator/profile") == "internal"
    assert users(MAIN).find("profiles/default/allow_ddl") is None


@pytest.mark.parametrize("profile", ["default", "internal"])
@pytest.mark.parametrize("service", [MAIN, READER], ids=lambda service: service.name)
def test_ddl_waits_for_those_who_are_awake_alone(service: Service, profile: str) -> None:
    mode = users(service).findtext(f"profiles/{profile}/distributed_ddl_output_mode")
    assert mode == "none_only_active"


def test_no_password_stands_in_a_file() -> None:
    for name in ("default", "byoc_operator"):
        user = users(MAIN).find(f"users/{name}")
        assert user is not None
        assert user.find("password") is None
        hashed = user.find("password_sha256_hex")
        assert hashed is not None
        assert hashed.text is None
        assert hashed.get("from_env", "").endswith("_PASSWORD_SHA256")
    password = config().find("interserver_http_credentials/password")
    assert password is not None
    assert password.attrib == {"from_env": "INTERSERVER_PASSWORD"}


def test_the_operator_comes_from_inside_only() -> None:
    networks = [e.text for e in users(MAIN).findall("users/byoc_operator/networks/ip")]
    assert "10.0.0.0/8" in networks
    assert "::/0" not in networks


@pytest.mark.parametrize("units", [2, 16, 89])
def test_memory_and_concurrency_follow_the_size(units: int) -> None:
    made = config(replace(MAIN, size=Size(units=units)))
    limit = int(made.findtext("max_server_memory_usage") or 0)
    assert 0.85 < limit / (units * 4 * 1024**3) < 0.95
    assert made.findtext("max_concurrent_queries") == str(100 * units)
    assert int(made.findtext("background_pool_size") or 0) >= 2 * units


def test_system_tables_keep_thirty_days_on_the_replicas_own_volume() -> None:
    made = config(warehouse=ON_OBJECTS)
    for name in SYSTEM_LOGS:
        assert made.findtext(f"{name}/ttl") == "event_date + INTERVAL 30 DAY DELETE"
        assert made.findtext(f"{name}/storage_policy") == "default"


def test_a_server_ends_queries_no_sooner_than_a_drain_and_before_it_is_killed() -> None:
    assert config().findtext("shutdown_wait_unfinished_queries") == "1"
    wait_s = int(config().findtext("shutdown_wait_unfinished") or 0)
    assert wait_s >= Limits().drain.total_seconds()
    assert GRACE > UNFINISHED_QUERIES


def test_replicated_data_lies_under_a_prefix_of_each_replica() -> None:
    disk = config(warehouse=ON_OBJECTS).find("storage_configuration/disks/objects")
    assert disk is not None
    assert disk.findtext("endpoint") == (
        "https://s3.eu-central-1.amazonaws.com/acme-data/ch-s3-lake-0a1b2c3d/replicas/k3x9q2/"
    )
    assert disk.findtext("use_environment_credentials") == "1"
    assert disk.find("access_key_id") is None


def test_zero_copy_data_lies_under_one_prefix() -> None:
    made = config(warehouse=replace(ON_OBJECTS, profile="zero_copy", accept_experimental=True))
    endpoint = made.findtext("storage_configuration/disks/objects/endpoint") or ""
    assert endpoint.endswith("/ch-s3-lake-0a1b2c3d/shared/")
    assert made.findtext("merge_tree/allow_remote_fs_zero_copy_replication") == "1"


def test_names_that_xml_would_read_as_markup_are_escaped() -> None:
    text = server_config(DEPLOYMENT, LAKE, replace(MAIN, name="a<b&c"), "k3x9q2")
    assert ElementTree.fromstring(text).findtext("macros/service") == "a<b&c"
