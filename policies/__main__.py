"""The policy pack, as `pulumi preview --policy-pack policies` runs it."""

from policies.pack import run

run()
