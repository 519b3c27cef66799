"""Controls of public frameworks are named as their frameworks name them."""

import re

import pytest

from policies.catalog import AnyRule, all_rules

CIS = r"\d\.\d{1,2}(\.\d{1,2})?"
FORMATS = {
    "AWS Well-Architected": r"(SEC|REL)\d\d-BP\d\d",
    "CIS AWS 3.0.0": CIS,
    "CIS EKS 1.5.0": CIS,
    "CIS GKE 1.4.0": CIS,
    "NIST 800-53": r"(AC|AU|CM|CP|IA|SC|SI)-[1-9]\d?",
    "PCI DSS": r"([1-9]|1[0-2])\.\d{1,2}\.\d{1,2}",
    "SOC 2": r"(CC[1-9]\.\d|A1\.[123])",
}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_a_control_has_the_form_of_its_framework(rule: AnyRule) -> None:
    for control in rule.frameworks:
        (form,) = [form for name, form in FORMATS.items() if control.startswith(f"{name} ")]
        assert re.fullmatch(form, control.rpartition(" ")[2]), control


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_a_benchmark_of_one_cloud_is_not_claimed_for_another(rule: AnyRule) -> None:
    clouds = {type_.partition(":")[0] for type_ in rule.resource_types}
    of = {
        "CIS AWS": {"aws", "kubernetes"},
        "CIS EKS": {"aws", "kubernetes"},
        "CIS GKE": {"gcp"},
        "AWS Well-Architected": {"aws", "kubernetes", "gcp", "azure-native"},
    }
    for control in rule.frameworks:
        allowed = next((found for name, found in of.items() if control.startswith(name)), clouds)
        assert clouds <= allowed, control
