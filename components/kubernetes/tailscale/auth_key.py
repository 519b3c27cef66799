"""The key with which the router joins the tailnet."""

OAUTH_PREFIX = "tskey-client-"


def joining_key(key: str) -> str:
    """An OAuth client's secret makes ephemeral nodes only when asked to.

    An ordinary auth key carries that in itself, and is handed on as it is.
    """
    key = key.strip()
    if not key.startswith(OAUTH_PREFIX) or "ephemeral=" in key:
        return key
    separator = "&" if "?" in key else "?"
    return f"{key}{separator}ephemeral=true&preauthorized=true"
