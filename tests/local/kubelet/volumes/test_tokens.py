import asyncio
import time

from local.kubelet.cluster.objects import timestamp
from local.kubelet.volumes.payload import TokenWish
from local.kubelet.volumes.tokens import PodTokens
from tests.local.kubelet.documents import pod

WISH = TokenWish(audience="sts", expires_after_s=600)


class FakeApi:
    """Issues numbered tokens that live for `lifetime_s`."""

    def __init__(self, lifetime_s):
        self.lifetime_s = lifetime_s
        self.requests = []

    async def create(self, path, body):
        self.requests.append((path, body))
        expires = timestamp(time.time() + self.lifetime_s)
        return {"status": {"token": f"t{len(self.requests)}", "expirationTimestamp": expires}}


def test_a_token_is_bound_to_the_pod_and_used_until_it_ages():
    async def scenario():
        api = FakeApi(600)
        tokens = PodTokens(api, pod())
        assert [await tokens.token(WISH), await tokens.token(WISH)] == ["t1", "t1"]
        path, body = api.requests[0]
        assert path == "/api/v1/namespaces/data/serviceaccounts/default/token"
        assert body["spec"]["audiences"] == ["sts"]
        assert body["spec"]["boundObjectRef"]["uid"] == "u-1"
        assert 400 < tokens.renew_at_s - time.time() < 500

    asyncio.run(scenario())


def test_an_old_token_is_replaced():
    async def scenario():
        tokens = PodTokens(FakeApi(-10), pod())
        assert [await tokens.token(WISH), await tokens.token(WISH)] == ["t1", "t2"]

    asyncio.run(scenario())
