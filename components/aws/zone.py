"""An availability zone, by its name or by its id."""

import re

ZONE_ID = re.compile(r"[a-z]+\d+-az\d+")


def is_zone_id(zone: str) -> bool:
    """use1-az1 is the same place in every account; us-east-1a is not."""
    return ZONE_ID.fullmatch(zone) is not None
