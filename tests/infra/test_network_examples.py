"""The examples of connections between accounts are previewed as they stand."""

import pytest

from infra.config.document import from_file
from tests.components.aws.deployments import PROJECT
from tests.engine import Run, run
from tests.infra.test_program import as_stack, program


def previewed(example: str) -> Run:
    document = from_file(PROJECT / "examples" / f"Pulumi.{example}.yaml").values
    return run(program, config=as_stack(document), preview=True)


SHOWN = {
    "private-link": "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter",
    "peered-both-sides": "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
}


@pytest.mark.parametrize(("example", "shown"), SHOWN.items(), ids=SHOWN.keys())
def test_an_example_is_previewed_with_what_it_shows(example: str, shown: str) -> None:
    seen = previewed(example)
    assert seen.messages("error") == []
    assert seen.all(shown)
