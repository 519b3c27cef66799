"""Container processes under bubblewrap, without a kubelet or a cluster."""

import asyncio
import os
from dataclasses import replace

import psutil
import pytest

from local.kubelet.errors import StartError
from local.kubelet.runtime.bubblewrap import find_bubblewrap
from local.kubelet.runtime.container_log import ContainerLog, Rotation
from local.kubelet.runtime.execution import CommandTimeoutError, Inside, environment_of, run
from local.kubelet.runtime.jail import DEFAULT_PATH, Jail
from local.kubelet.runtime.plain import Plain
from local.kubelet.runtime.process import ContainerProcess, start
from local.kubelet.runtime.process_id import identify


@pytest.fixture(params=["bubblewrap", "plain"])
def isolation(request):
    found = Plain() if request.param == "plain" else find_bubblewrap()
    assert found, "bubblewrap is to be had where tests run"
    return found


@pytest.fixture
def jail(tmp_path):
    return Jail(
        folder=tmp_path / "0",
        argv=("sh", "-c", "exit 0"),
        env={"PATH": DEFAULT_PATH, "COLOR": "blue"},
        binds=(),
        files={"/etc/passwd": "root:x:0:0::/:/bin/sh\n"},
        links={},
        hostname="db-0",
        working_dir="",
        user=None,
        group=None,
        read_only_root=False,
    )


async def started(jail, isolation, script=None):
    log = ContainerLog(jail.folder.parent / "0.log", Rotation())
    log.open()
    given = replace(jail, argv=("sh", "-c", script)) if script else jail
    return await start(given, isolation, log), log


def scenario(work):
    asyncio.run(asyncio.wait_for(work(), 30))


CODES = {"exit 0": 0, "exit 7": 7, "sh -c 'kill -9 $$'": 137}


@pytest.mark.parametrize(("script", "code"), CODES.items(), ids=CODES.keys())
def test_exit_codes(jail, isolation, script, code):
    async def work():
        process, log = await started(jail, isolation, script)
        assert await process.exit_code() == code
        log.close()

    scenario(work)


def test_a_container_that_was_killed_from_outside_has_137(jail, isolation):
    async def work():
        process, _ = await started(jail, isolation, "sleep 60")
        process.outer.kill()
        assert await process.exit_code() == 137
        assert not process.is_alive

    scenario(work)


def test_termination_reaches_the_containers_first_process(jail, isolation):
    async def work():
        script = "trap 'echo told; exit 3' TERM; echo up; while true; do sleep 0.05; done"
        process, log = await started(jail, isolation, script)
        while "up" not in log.last_lines(count=1):
            await asyncio.sleep(0.02)
        process.terminate()
        assert await process.exit_code() == 3
        log.close()
        assert log.last_lines(count=1) == "told"

    scenario(work)


def test_a_program_that_is_not_there_is_a_start_error(jail, isolation):
    async def work():
        with pytest.raises(StartError, match="no-such-program"):
            await started(replace(jail, argv=("no-such-program",)), isolation)

    scenario(work)


def test_a_process_is_found_again_and_its_end_seen_without_being_its_parent(jail, isolation):
    async def work():
        process, log = await started(jail, isolation, "sleep 0.5; exit 9")
        log.release()
        again = ContainerProcess(
            outer=identify(process.outer.pid),
            inner=identify(process.inner.pid),
            status_file=jail.status_file,
        )
        assert again == process
        assert await again.exit_code() == 9

    scenario(work)


def test_another_process_with_the_number_is_not_mistaken():
    own = identify(os.getpid())
    assert own.is_alive
    assert not replace(own, started_ticks=own.started_ticks + 1).is_alive
    assert not replace(own, boot="another boot").is_alive


def inside_of(process, isolation, working_dir=""):
    env = environment_of(process.inner.pid)
    return Inside(process=process, isolation=isolation, working_dir=working_dir, env=env)


def test_commands_run_inside_with_the_containers_environment(jail, isolation):
    async def work():
        process, _ = await started(jail, isolation, "sleep 60")
        inside = inside_of(process, isolation, "/usr")
        finished = await run(inside, ("sh", "-c", "echo $COLOR $(pwd); exit 4"), 10)
        assert (finished.exit_code, finished.output) == (4, "blue /usr\n")
        missing = await run(inside, ("no-such-program",), 10)
        assert missing.exit_code in (126, 127)
        process.kill()
        await process.exit_code()

    scenario(work)


def test_a_command_that_takes_too_long_is_ended(jail, isolation):
    async def work():
        process, _ = await started(jail, isolation, "sleep 60")
        seconds = f"{os.getpid()}.25"
        with pytest.raises(CommandTimeoutError, match="command timed out: sleep"):
            await run(inside_of(process, isolation), ("sleep", seconds), 0.3)
        left = [
            one
            for one in psutil.process_iter(["cmdline"])
            if seconds in (one.info["cmdline"] or [])
        ]
        assert left == []
        process.kill()
        await process.exit_code()

    scenario(work)


def test_a_container_sees_its_own_processes_name_and_root_only(jail):
    async def work():
        isolation = find_bubblewrap()
        script = "echo $$ $(hostname) $(ls /home | wc -l); ls /proc | grep -c '^[0-9]'"
        process, log = await started(jail, isolation, script)
        await process.exit_code()
        log.close()
        first, count = log.last_lines(count=2).split("\n")
        assert first == "1 db-0 0"
        assert int(count) < 8

    scenario(work)
