"""The policies against a fixed size on a made fleet: what is paid, and who is throttled."""

from __future__ import annotations

import argparse

from control.simulate.command import summary
from control.simulate.load import fleet
from control.simulate.replay import replay
from control.simulate.setting import Policy, Setting


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--services", type=int, default=200)
    asked.add_argument("--hours", type=int, default=96)
    options = asked.parse_args()
    load = fleet(options.services, hours=options.hours)
    fixed = replay(load, Setting(policy=Policy.FIXED))
    service_minutes = load.minutes * load.services
    for policy in (Policy.FIXED, Policy.CLASSIC, Policy.TARGET_TRACKING):
        outcome = fixed if policy is Policy.FIXED else replay(load, Setting(policy=policy))
        told = summary(outcome)
        paid = told["unitHours"] / float(fixed.unit_hours.sum())
        throttled = told["throttledMinutes"] / service_minutes
        print(
            f"{policy:<16} {told['unitHours']:>12,.0f} unit-hours ({paid:.2f} of fixed),"
            f" throttled {throttled:.3%} of the time, {told['resizes']} resizes,"
            f" {told['outOfMemory']} out of memory"
        )


if __name__ == "__main__":
    main()
