"""Configuration of a warehouse's servers and Keepers, as a genuine server would get it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from tests.local.clickhouse.processes import DEFAULT_PASSWORD, OPERATOR_PASSWORD

SECRETS = {
    "DEFAULT_PASSWORD_SHA256": hashlib.sha256(DEFAULT_PASSWORD.encode()).hexdigest(),
    "OPERATOR_PASSWORD_SHA256": hashlib.sha256(OPERATOR_PASSWORD.encode()).hexdigest(),
    "INTERSERVER_PASSWORD": "interserver-password-of-more-than-22-characters",
    "CLUSTER_SECRET": "cluster-secret",
}
DEFAULT_DATABASE = (
    "CREATE DATABASE default UUID 'b2f1a3a6-0d0b-4b57-9c33-6a4c9f1d2e11'"
    " ENGINE = Replicated('/clickhouse/databases/default', '{shard}', '{replica}')"
    " SETTINGS collection_name = 'warehouse'"
)
USERS = """
<clickhouse>
  <profiles>
    <default>
      <distributed_ddl_output_mode>none_only_active</distributed_ddl_output_mode>
      <default_table_engine>{table_engine}</default_table_engine>
      {people}
    </default>
    <internal>
      <default_table_engine>{table_engine}</default_table_engine>
      <allow_ddl>1</allow_ddl>
      <constraints><allow_ddl><min>0</min><max>1</max></allow_ddl></constraints>
    </internal>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password_sha256_hex from_env="DEFAULT_PASSWORD_SHA256"/>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile><quota>default</quota>
      <access_management>1</access_management>
    </default>
    <byoc_operator>
      <password_sha256_hex from_env="OPERATOR_PASSWORD_SHA256"/>
      <networks><ip>127.0.0.0/8</ip></networks>
      <profile>internal</profile><quota>default</quota>
      <access_management>1</access_management>
    </byoc_operator>
  </users>
</clickhouse>
"""
READ_ONLY_PEOPLE = (
    "<allow_ddl>0</allow_ddl><constraints><allow_ddl><const/></allow_ddl></constraints>"
)
READ_ONLY_SERVER = """
  <disable_insertion_and_mutation>1</disable_insertion_and_mutation>
  <merge_tree><always_fetch_merged_part>1</always_fetch_merged_part>
    <replicated_can_become_leader>0</replicated_can_become_leader></merge_tree>
"""
SERVER = """
<clickhouse>
  <logger><level>information</level><console>1</console></logger>
  <listen_host from_env="POD_IP"/>
  <http_port>8123</http_port><tcp_port>9000</tcp_port>
  <interserver_http_port>9009</interserver_http_port>
  <keep_alive_timeout>1</keep_alive_timeout>
  <prometheus><endpoint>/metrics</endpoint><port>9363</port><metrics>true</metrics>
    <events>true</events><asynchronous_metrics>true</asynchronous_metrics></prometheus>
  <path>{data}/</path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile><system_profile>internal</system_profile>
  <default_database>default</default_database>
  <shutdown_wait_unfinished_queries>1</shutdown_wait_unfinished_queries>
  <shutdown_wait_unfinished>20</shutdown_wait_unfinished>
  <mark_cache_size>16777216</mark_cache_size>
  <query_log><database>system</database><table>query_log</table>
    <partition_by>event_date</partition_by>
    <ttl>event_date + INTERVAL 30 DAY DELETE</ttl>
    <flush_interval_milliseconds>1000</flush_interval_milliseconds></query_log>
  {more}
</clickhouse>
"""
REPLICATION = """
  <zookeeper>{nodes}<session_timeout_ms>4000</session_timeout_ms></zookeeper>
  <macros><shard>s1</shard><replica>{rid}</replica></macros>
  <replica_group_name>{group}</replica_group_name>
  <interserver_http_credentials><user>interserver</user>
    <password from_env="INTERSERVER_PASSWORD"/></interserver_http_credentials>
  <named_collections><warehouse><cluster_secret from_env="CLUSTER_SECRET"/></warehouse>
  </named_collections>
  <user_defined_zookeeper_path>/clickhouse/user_defined</user_defined_zookeeper_path>
  <distributed_ddl><path>/clickhouse/task_queue/ddl</path><profile>internal</profile>
  </distributed_ddl>
  <user_directories><users_xml><path>users.xml</path></users_xml>
    <replicated><zookeeper_path>/clickhouse/access</zookeeper_path></replicated>
  </user_directories>
"""
KEEPER = """
<clickhouse>
  <logger><level>information</level><console>1</console></logger>
  <listen_host from_env="POD_IP"/>
  <path>{data}/</path>
  <prometheus><endpoint>/metrics</endpoint><port>9363</port></prometheus>
  <keeper_server>
    <tcp_port>9181</tcp_port>
    <server_id from_env="KEEPER_SERVER_ID"/>
    <log_storage_path>{data}/log</log_storage_path>
    <snapshot_storage_path>{data}/snapshots</snapshot_storage_path>
    <four_letter_word_white_list>ruok,mntr,srvr</four_letter_word_white_list>
    <coordination_settings><session_timeout_ms>30000</session_timeout_ms>
      <min_session_timeout_ms>1000</min_session_timeout_ms></coordination_settings>
    <raft_configuration>{servers}</raft_configuration>
  </keeper_server>
</clickhouse>
"""


def write_server(
    folder: Path, *, more: str = "", table_engine: str = "MergeTree", read_only: bool = False
) -> Path:
    folder.mkdir(parents=True)
    people = READ_ONLY_PEOPLE if read_only else ""
    (folder / "users.xml").write_text(USERS.format(people=people, table_engine=table_engine))
    more += READ_ONLY_SERVER if read_only else ""
    file = folder / "config.xml"
    file.write_text(SERVER.format(data=folder / "data", more=more))
    return file


def users_in_folder(folder: Path) -> str:
    return (
        "<user_directories><users_xml><path>users.xml</path></users_xml>"
        f"<local_directory><path>{folder}</path></local_directory></user_directories>"
    )


def tls_ports(https: int, native: int, certificate: Path, key: Path) -> str:
    return (
        f"<https_port>{https}</https_port><tcp_port_secure>{native}</tcp_port_secure>"
        f"<openSSL><server><certificateFile>{certificate}</certificateFile>"
        f"<privateKeyFile>{key}</privateKeyFile></server></openSSL>"
    )


def replication(rid: str, group: str, keepers: Sequence[str]) -> str:
    nodes = "".join(f"<node><host>{host}</host><port>9181</port></node>" for host in keepers)
    return REPLICATION.format(rid=rid, group=group, nodes=nodes)


def write_keeper(folder: Path, hosts: Sequence[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    servers = "".join(
        f"<server><id>{number}</id><hostname>{host}</hostname><port>9234</port></server>"
        for number, host in enumerate(hosts, 1)
    )
    file = folder / "keeper_config.xml"
    file.write_text(KEEPER.format(data=folder / "data", servers=servers))
    return file
