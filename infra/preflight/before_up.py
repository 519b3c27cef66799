"""What `byoc up` looks at in the account before it plans: the customer's own keys, where there are
any. A key that refuses somebody would end the `up` in its middle."""

from pathlib import Path


def problems(file: Path) -> str | None:
    """All that is wrong as one text; what could not be looked at is left to the `up` itself."""
    from infra.config import ConfigError, load_file

    try:
        config = load_file(file)
    except ConfigError:
        return None  # told by the check of the configuration
    if config.is_onboarding:
        return None
    from infra.preflight.own_keys import check_own_keys, own_keys

    if not list(own_keys(config)):
        return None
    from infra.preflight.run import Named, clients, guarded

    named = Named("keys", "own keys", check_own_keys)
    found = [
        result
        for result in guarded(named, config, clients(config.region))
        if result.outcome == "problem"
    ]
    return "\n".join(f"{r.subject}: {r.found}\n  {r.remedy}" for r in found) or None
