"""Members come and go under crashes, lost volumes and changes of mind: no majority forgets."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.control.warehouses.keeper_world import KeeperWorld

COUNTS = st.sampled_from([1, 3, 5])
NUMBERS = st.integers(1, 5)


class KeeperMachine(RuleBasedStateMachine):
    world: KeeperWorld

    @initialize(count=COUNTS, founded=st.booleans())
    def begin(self, count: int, founded: bool) -> None:
        self.world = KeeperWorld.settled(count) if founded else KeeperWorld.founding(count)

    @rule(count=COUNTS)
    def person_wants(self, count: int) -> None:
        self.world.wanted = count

    @rule()
    def controller_decides_and_dies(self) -> None:
        self.world.decide()

    @rule()
    def controller_decides_and_writes(self) -> None:
        self.world.decide()
        self.world.write()

    @rule()
    def members_read_their_configuration(self) -> None:
        self.world.read_configuration()

    @rule()
    def pods_start(self) -> None:
        for number in range(1, self.world.written.pods + 1):
            self.world.start(number)

    @rule(number=NUMBERS)
    def a_pod_starts(self, number: int) -> None:
        self.world.start(number)

    @rule(number=NUMBERS)
    def a_member_ends(self, number: int) -> None:
        self.world.end(number)

    @rule(number=NUMBERS)
    def a_volume_is_lost(self, number: int) -> None:
        self.world.lose_volume(number)

    @rule()
    def raft_changes(self) -> None:
        self.world.change_raft()

    @precondition(lambda self: self.world.written.founded)
    @rule(late=st.sets(NUMBERS))
    def clients_write(self, late: set[int]) -> None:
        """Only once it is founded, and no member may begin anew: services wait for that."""
        self.world.commit(late=late)

    @rule()
    def time_passes(self) -> None:
        self.world.now += timedelta(minutes=6)

    @invariant()
    def no_majority_forgets(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        """Once nothing breaks any more it comes to rest, and as wanted where data are left."""
        world = self.world
        world.settle()
        if world.majority_runs:
            assert world.recorded.settled, world.recorded
            assert world.recorded.told == tuple(range(1, world.wanted + 1))
            assert world.raft == world.running == set(world.holds) == set(world.recorded.told)


TestKeeperMembers = KeeperMachine.TestCase
TestKeeperMembers.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
