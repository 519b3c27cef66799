from dataclasses import replace

import pytest

from local.kubelet.runtime.bubblewrap import Bubblewrap
from local.kubelet.runtime.jail import Bind, Jail


@pytest.fixture
def jail(tmp_path):
    return Jail(
        folder=tmp_path,
        argv=("db", "--x"),
        env={"PASSWORD": "hunter2"},
        binds=(
            Bind(source=tmp_path, target="/data/inner", read_only=True),
            Bind(source=tmp_path, target="/data", read_only=False),
        ),
        files={"/etc/hostname": "db-0\n"},
        links={},
        hostname="db-0",
        working_dir="/srv/app",
        user=None,
        group=None,
        read_only_root=False,
    )


def options(command):
    return command.options.decode().split("\0")[:-1]


def pairs(words, option, count):
    return [words[n + 1 : n + 1 + count] for n, word in enumerate(words) if word == option]


def test_arguments_hold_the_folder_and_the_program_and_no_secret(jail):
    command = Bubblewrap("/usr/bin/bwrap", as_root=True).command(jail)
    assert command.argv[:4] == ("/usr/bin/bwrap", "--bind", str(jail.folder / "rootfs"), "/")
    assert command.argv[-3:] == ("--", "db", "--x")
    assert "hunter2" not in str(command)
    assert "hunter2" not in repr(jail)


def test_outer_mounts_come_before_inner_ones(jail):
    words = options(Bubblewrap("bwrap", as_root=True).command(jail))
    outer, inner = words.index("/data"), words.index("/data/inner")
    assert outer < inner
    assert [str(jail.folder), "/data"] in pairs(words, "--bind", 2)
    assert [str(jail.folder), "/data/inner"] in pairs(words, "--ro-bind", 2)


def test_root_keeps_the_capabilities_of_a_container_and_no_user_namespace(jail):
    words = options(Bubblewrap("bwrap", as_root=True).command(jail))
    assert ["ALL"] in pairs(words, "--cap-drop", 1)
    assert ["CAP_NET_BIND_SERVICE"] in pairs(words, "--cap-add", 1)
    assert "--unshare-user" not in words


def test_without_root_or_with_a_user_of_its_own_there_is_a_user_namespace(jail):
    rootless = options(Bubblewrap("bwrap", as_root=False).command(jail))
    assert pairs(rootless, "--uid", 1) == [["0"]]
    other = replace(jail, folder=jail.folder / "b", user=101, group=102)
    words = options(Bubblewrap("bwrap", as_root=True).command(other))
    assert (pairs(words, "--uid", 1), pairs(words, "--gid", 1)) == ([["101"]], [["102"]])


def test_the_root_holds_its_own_files_and_the_working_folder(jail):
    Bubblewrap("bwrap", as_root=True).command(jail)
    root = jail.folder / "rootfs"
    assert (root / "etc/hostname").read_text() == "db-0\n"
    assert (root / "srv/app").is_dir()
    assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777
