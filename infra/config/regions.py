"""The public AWS regions and the zones that they offer.

AWS adds regions about twice a year; a new one is a new row. Letters of zones are per account.
"""

import difflib

REGION_ZONES: dict[str, str] = {
    "af-south-1": "abc",
    "ap-east-1": "abc",
    "ap-east-2": "abc",
    "ap-northeast-1": "abcd",
    "ap-northeast-2": "abcd",
    "ap-northeast-3": "abc",
    "ap-south-1": "abc",
    "ap-south-2": "abc",
    "ap-southeast-1": "abc",
    "ap-southeast-2": "abc",
    "ap-southeast-3": "abc",
    "ap-southeast-4": "abc",
    "ap-southeast-5": "abc",
    "ap-southeast-6": "abc",
    "ap-southeast-7": "abc",
    "ca-central-1": "abd",
    "ca-west-1": "abc",
    "eu-central-1": "abc",
    "eu-central-2": "abc",
    "eu-north-1": "abc",
    "eu-south-1": "abc",
    "eu-south-2": "abc",
    "eu-west-1": "abc",
    "eu-west-2": "abc",
    "eu-west-3": "abc",
    "il-central-1": "abc",
    "me-central-1": "abc",
    "me-south-1": "abc",
    "mx-central-1": "abc",
    "sa-east-1": "abc",
    "us-east-1": "abcdef",
    "us-east-2": "abc",
    "us-west-1": "abc",
    "us-west-2": "abcd",
}

ZONES_PER_ACCOUNT = {"us-west-1": 2}


def zone_names(region: str) -> tuple[str, ...]:
    return tuple(f"{region}{letter}" for letter in REGION_ZONES.get(region, ""))


def zones_per_account(region: str) -> int:
    """How many of them one account may use."""
    return ZONES_PER_ACCOUNT.get(region, len(REGION_ZONES.get(region, "")))


DIRECTIONS = {"north": "n", "east": "e", "south": "s", "west": "w", "central": "c"}


def zone_id_prefix(region: str) -> str:
    """How ids of its zones begin: apse2 for ap-southeast-2."""
    area, direction, number = region.split("-")
    for word, letter in DIRECTIONS.items():
        direction = direction.replace(word, letter)
    return f"{area}{direction}{number}"


def nearest_regions(name: str) -> str:
    near = difflib.get_close_matches(name, REGION_ZONES, n=3, cutoff=0.5)
    return f"such as {', '.join(near or ['us-east-1', 'eu-central-1'])}"
