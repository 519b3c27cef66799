"""Runs a Pulumi program in the interpreter that starts this file, which needs only the SDK.

The language host passes one JSON document as the only argument, and the stack's configuration in
the environment, where it is no argument that every user could read.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ALREADY_SHOWN = 32
INTERRUPTED = 130
THREADS_PER_PARALLEL = 4
NO_SDK = "The Pulumi SDK is not installed in {}: install the project's dependencies there."


def main() -> int:
    run = json.loads(sys.argv[1])
    try:
        import pulumi  # noqa: F401
    except ImportError:
        traceback.print_exc()
        print(NO_SDK.format(sys.prefix), file=sys.stderr)  # noqa: T201 (the engine reads it)
        return 1
    configure(run)
    program = Path(run["directory"], run["entry_point"])
    os.chdir(run["directory"])
    sys.argv = [str(program), *run["args"]]
    return run_to_end(program, max(run["parallel"], 1))


def configure(run: dict[str, Any]) -> None:
    from pulumi import runtime

    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    runtime.configure(
        runtime.Settings(
            monitor=run["monitor"],
            engine=run["engine"],
            project=run["project"],
            stack=run["stack"],
            parallel=run["parallel"],
            dry_run=run["dry_run"],
            organization=run["organization"],
            root_directory=run["root_directory"],
        )
    )


def run_to_end(program: Path, parallel: int) -> int:
    """The exit code; whatever the program raises is shown to the user, except an exit of its own
    choice."""
    import pulumi

    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = ThreadPoolExecutor(max_workers=parallel * THREADS_PER_PARALLEL)
    loop.set_default_executor(threads)
    try:
        if program.is_dir() and not (program / "__main__.py").exists():
            raise pulumi.RunError(f"the program {program} has no __main__.py")
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: execute(program)))
    except KeyboardInterrupt:
        sys.stdout.flush()
        os._exit(INTERRUPTED)  # threads may wait for an engine that answers no more
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return ALREADY_SHOWN
    except Exception as error:
        pulumi.log.error(f"Program failed with an unhandled exception:\n{user_trace(error)}")
        return ALREADY_SHOWN
    finally:
        threads.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def execute(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


def user_trace(error: Exception) -> str:
    """The traceback from the program's first own line on."""
    begin = frame = error.__traceback__
    while frame is not None:
        if is_runner(frame.tb_frame.f_code.co_filename):
            begin = frame.tb_next
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, begin))


def is_runner(file: str) -> bool:
    return file in (__file__, "<frozen runpy>", runpy.__file__)


if __name__ == "__main__":
    sys.exit(main())
