"""The audiences of an OIDC provider, added and removed one by one."""

from __future__ import annotations

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.responses import IamResponse


class LocalIamResponse(IamResponse):
    @property
    def oidc_clients(self) -> list[str]:
        arn = self._get_param("OpenIDConnectProviderArn")
        clients: list[str] = self.backend.get_open_id_connect_provider(arn).client_id_list
        return clients

    def add_client_id_to_open_id_connect_provider(self) -> ActionResult:
        client = self._get_param("ClientID")
        if client not in self.oidc_clients:
            self.oidc_clients.append(client)
        return EmptyResult()

    def remove_client_id_from_open_id_connect_provider(self) -> ActionResult:
        client = self._get_param("ClientID")
        if client in self.oidc_clients:
            self.oidc_clients.remove(client)
        return EmptyResult()
