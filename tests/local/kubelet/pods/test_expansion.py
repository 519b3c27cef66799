import pytest

from local.kubelet.pods.expansion import expand

CASES = {
    "$(NAME)": "db",
    "a-$(NAME)-$(NAME)": "a-db-db",
    "$(MISSING)": "$(MISSING)",
    "$$(NAME)": "$(NAME)",
    "$$$(NAME)": "$db",
    "$NAME ${NAME}": "$NAME ${NAME}",
    "$(NAME": "$(NAME",
    "100$": "100$",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items(), ids=CASES.keys())
def test_references_are_replaced_as_kubernetes_does(text, expected):
    assert expand(text, {"NAME": "db"}) == expected
