"""Data keys of a warehouse: which comes next, how they are kept, and what servers get of them."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from control.warehouses.data_keys import (
    DEPLOYMENT_CONTEXT,
    DataKey,
    KeyDecision,
    KeyringError,
    KeysSeen,
    KeyStep,
    KeyTrouble,
    keyring_from,
    keyring_text,
    next_key_step,
    opened_section,
)
from permissions.deployment import data_keys as rights

ARN = "arn:aws:kms:eu-central-1:111111111111:key/tde"
OTHER = "arn:aws:kms:eu-central-1:111111111111:key/other"
ONE = DataKey(number=1, wrapped="b25l", kms_key_arn=ARN)
TWO = DataKey(number=2, wrapped="dHdv", kms_key_arn=ARN)
NEW = KeysSeen(wanted=1, recorded=0, keys=(), kms_key_arn=ARN, secret="clickhouse/lake-data-keys")
STANDS = replace(NEW, recorded=1, keys=(ONE,))
ROTATED = replace(STANDS, recorded=2, wanted=2, keys=(ONE, TWO))
DISABLED = f"{ARN} is Disabled"

CASES = {
    "the first": (NEW, KeyStep.MAKE, None),
    "nothing to do": (STANDS, KeyStep.NONE, None),
    "kept, but not yet recorded": (replace(STANDS, recorded=0), KeyStep.NONE, None),
    "one more is wanted": (replace(STANDS, wanted=2), KeyStep.MAKE, None),
    "all are there": (ROTATED, KeyStep.NONE, None),
    "another KMS key": (replace(STANDS, kms_key_arn=OTHER), KeyStep.REWRAP, None),
    "another KMS key and one more": (
        replace(STANDS, kms_key_arn=OTHER, wanted=2),
        KeyStep.REWRAP,
        None,
    ),
    "no KMS key": (replace(NEW, kms_key_arn=""), KeyStep.NONE, KeyTrouble.NO_TDE_KEY),
    "no KMS key any more": (replace(STANDS, kms_key_arn=""), KeyStep.NONE, None),
    "withdrawn before the first": (
        replace(NEW, unavailable=DISABLED),
        KeyStep.NONE,
        KeyTrouble.UNAVAILABLE,
    ),
    "withdrawn": (replace(STANDS, unavailable=DISABLED), KeyStep.NONE, KeyTrouble.UNAVAILABLE),
    "lost": (replace(STANDS, keys=()), KeyStep.NONE, KeyTrouble.MISSING),
    "one of two lost": (replace(ROTATED, keys=(ONE,)), KeyStep.NONE, KeyTrouble.MISSING),
    "lost and withdrawn": (
        replace(STANDS, keys=(), unavailable=DISABLED),
        KeyStep.NONE,
        KeyTrouble.MISSING,
    ),
}


@pytest.mark.parametrize(("seen", "step", "trouble"), CASES.values(), ids=CASES.keys())
def test_step(seen: KeysSeen, step: KeyStep, trouble: KeyTrouble | None) -> None:
    decided = next_key_step(seen)
    assert (decided.step, decided.trouble) == (step, trouble)
    assert decided.message


def test_trouble_says_what_to_do_or_what_goes_on() -> None:
    def said(seen: KeysSeen) -> KeyDecision:
        return next_key_step(seen)

    assert "byoc:encryption.tde" in said(replace(NEW, kms_key_arn="")).message
    assert "Disabled" in said(replace(STANDS, unavailable=DISABLED)).message
    assert "those that run go on" in said(replace(STANDS, unavailable=DISABLED)).message
    assert "clickhouse/lake-data-keys holds 0 of 1" in said(replace(STANDS, keys=())).message


def test_what_is_kept_is_read_back() -> None:
    assert keyring_from(keyring_text((ONE, TWO))) == (ONE, TWO)


BAD = {
    "no list": "{}x",
    "another document": '{"keys": []}',
    "a field is missing": '[{"number": 1, "wrapped": "x"}]',
    "a gap": keyring_text((TWO,)),
    "twice the same": keyring_text((ONE, ONE)),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_what_is_no_keyring_is_refused(text: str) -> None:
    with pytest.raises(KeyringError):
        keyring_from(text)


def test_servers_get_every_key_and_write_by_the_newest() -> None:
    document = ElementTree.fromstring(opened_section({2: b"\x02" * 32, 1: b"\x01" * 32}))
    section = document.find("data_keys")
    assert section is not None
    assert [(k.get("id"), k.text) for k in section.findall("key_hex")] == [
        ("1", "01" * 32),
        ("2", "02" * 32),
    ]
    assert section.findtext("current_key_id") == "2"
    assert section.findtext("algorithm") == "AES_256_CTR"


def test_rights_and_calls_use_the_same_word() -> None:
    assert rights.DEPLOYMENT_CONTEXT == DEPLOYMENT_CONTEXT
