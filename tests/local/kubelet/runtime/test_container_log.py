import asyncio
import os
import re

from local.kubelet.runtime.container_log import ContainerLog, Rotation
from local.kubelet.runtime.log_reader import LogQuery, read_log

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (stdout|stderr) ([FP]) (.*)")


def run(scenario):
    asyncio.run(asyncio.wait_for(scenario(), 20))


def opened(tmp_path, **rotation):
    log = ContainerLog(tmp_path / "0.log", Rotation(**rotation))
    log.open()
    return log, *log.open_writers()


async def read(log, live=None, **query):
    return b"".join([part async for part in read_log(log.file, live, LogQuery(**query))])


def test_lines_are_kept_in_the_cri_format(tmp_path):
    async def scenario():
        log, out, err = opened(tmp_path)
        os.write(out, b"one\ntw")
        os.write(err, b"oops\n")
        log.pump()
        os.write(out, b"o\nhalf")
        os.close(out)
        os.close(err)
        log.close()
        lines = [LINE.fullmatch(line).groups() for line in log.file.read_text().splitlines()]
        assert sorted(lines) == [
            ("stderr", "F", "oops"),
            ("stdout", "F", "half"),
            ("stdout", "F", "one"),
            ("stdout", "F", "two"),
        ]

    run(scenario)


def test_a_very_long_line_is_cut_and_read_back_whole(tmp_path):
    async def scenario():
        log, out, _ = opened(tmp_path)
        text = b"x" * 40_000
        for start in range(0, len(text), 8000):
            os.write(out, text[start : start + 8000])
            log.pump()
        os.write(out, b"\nnext\n")
        log.close()
        assert " P " in log.file.read_text()
        assert await read(log) == text + b"\nnext\n"

    run(scenario)


def test_pipes_carry_what_is_written_while_nobody_reads(tmp_path):
    async def scenario():
        log, out, err = opened(tmp_path)
        os.write(out, b"before\n")
        log.pump()
        log.release()
        os.write(out, b"between\n")
        again = ContainerLog(log.file, Rotation())
        again.open()
        os.write(out, b"after\n")
        os.close(out)
        os.close(err)
        again.close()
        assert await read(again) == b"before\nbetween\nafter\n"
        assert sorted(entry.name for entry in tmp_path.iterdir()) == ["0.log"]

    run(scenario)


def test_a_full_log_is_rotated_and_old_parts_are_dropped(tmp_path):
    async def scenario():
        log, out, _ = opened(tmp_path, largest_bytes=2000, files=3)
        for number in range(300):
            os.write(out, b"line %d\n" % number)
            log.pump()
        log.close()
        names = sorted(entry.name for entry in tmp_path.iterdir())
        assert names == ["0.log", "0.log.1", "0.log.2"]
        lines = (await read(log)).decode().splitlines()
        first = int(lines[0].split()[1])
        assert lines == [f"line {number}" for number in range(first, 300)]
        assert (await read(log, tail_lines=80)).decode().splitlines() == lines[-80:]

    run(scenario)


def test_tail_limit_and_time(tmp_path):
    async def scenario():
        log, out, _ = opened(tmp_path)
        os.write(out, b"a\nb\nc\n")
        log.close()
        assert await read(log, tail_lines=2) == b"b\nc\n"
        assert await read(log, tail_lines=9) == b"a\nb\nc\n"
        assert await read(log, tail_lines=0) == b""
        assert await read(log, limit_bytes=3) == b"a\nb"
        assert await read(log, since_s=4e9) == b""
        assert await read(log, since_s=0) == b"a\nb\nc\n"
        stamped = (await read(log, timestamps=True, tail_lines=1)).decode()
        assert re.fullmatch(r"\S+Z c\n", stamped)

    run(scenario)


def test_a_follower_sees_new_lines_over_a_rotation_until_the_end(tmp_path):
    async def scenario():
        log, out, _ = opened(tmp_path, largest_bytes=300, files=5)
        following = asyncio.create_task(read(log, log, follow=True))
        for number in range(20):
            await asyncio.sleep(0.01)
            os.write(out, b"line %d\n" % number)
        await asyncio.sleep(0.05)
        log.close()
        lines = (await following).decode().splitlines()
        assert lines == [f"line {number}" for number in range(20)]

    run(scenario)


def test_the_last_lines_stand_in_for_a_termination_message(tmp_path):
    async def scenario():
        log, out, _ = opened(tmp_path)
        os.write(out, b"a\nb\nc d\n")
        log.pump()
        assert log.last_lines(count=2) == "b\nc d"
        assert log.last_lines(count=9, largest_bytes=3) == "c d"
        log.close()

    run(scenario)
