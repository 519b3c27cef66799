"""The summary of a plan, SARIF and JUnit: what they say, and that they hold no secret."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

from control.cli.ci.danger import dangers
from control.cli.ci.junit import junit
from control.cli.ci.permission_diff import permission_changes
from control.cli.ci.policy_results import Level, PolicyResult, RuleFacts, known_rules
from control.cli.ci.review import Review, document
from control.cli.ci.sarif import sarif
from control.cli.ci.saved_plan import Facts, SavedPlan
from control.cli.ci.steps import SEALED, Step
from control.cli.ci.summary import MOST_CHARACTERS, summary
from control.cli.redaction import MASK
from tests.control.cli.ci.planned import step

FACTS = Facts(stack="prod", base="b" * 40, commit="c" * 40, tree="d" * 40, state="e" * 64)
SAVED = SavedPlan(facts=FACTS, plan="1" * 64, digest="2" * 64)
BUCKET = "aws:s3/bucket:Bucket"
SERVICE = "kubernetes:byoc.clickhouse.dev/v1alpha1:Service"
GONE = step(BUCKET, {"bucket": "b"}, name="data", id="acme-data")
RESIZED = step(
    SERVICE, {"spec": {"memory": {"gib": 8}}}, {"spec": {"memory": {"gib": 16}}}, name="primary"
)
RULES = (
    RuleFacts(
        name="byoc-bucket-protected",
        severity="critical",
        summary="Buckets are protected.",
        remedy="Set protect.",
        frameworks=("SOC 2 CC6.1",),
    ),
    RuleFacts(name="aws-kms-rotation", severity="medium", level="advisory"),
    RuleFacts(name="aws-vpc-size", severity="low"),
)
VIOLATION = PolicyResult(
    rule="byoc-bucket-protected",
    level=Level.MANDATORY,
    message="This bucket can be deleted.",
    remedy="Set protect.",
    resource=GONE.resource,
)
ADVICE = PolicyResult(rule="aws-kms-rotation", level=Level.ADVISORY, message="Rotate it.")
UNKNOWN = PolicyResult(rule="aws-vpc-size", level=Level.UNKNOWN, message="no CIDR yet")


def review(*steps: Step, **more: object) -> Review:
    permissions = permission_changes(steps)
    made = Review(
        saved=SAVED,
        steps=steps,
        permissions=tuple(permissions),
        dangers=tuple(dangers(steps, permissions)),
        rules=RULES,
    )
    return replace(made, **more)  # type: ignore[arg-type]


FAILED = SavedPlan(facts=FACTS, plan="", digest="2" * 64)


def test_danger_comes_before_everything_else() -> None:
    text = summary(review(RESIZED, GONE))
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "## `prod`: 1 to update, 1 to delete",
        "### Danger",
        "### Changes",
        "### Policies",
        "### Plan",
    ]
    assert "- `aws:s3:Bucket data (acme-data)`: **is deleted**: every object" in text
    assert "  - `spec.memory.gib`: `8` → `16`" in text
    assert f"byoc ci apply --plan FOLDER --digest {'2' * 12}" in text


def test_a_harmless_plan_says_so() -> None:
    text = summary(review(RESIZED))
    assert "No data is lost, no right or reach is widened, nothing stops." in text
    assert "### Danger" not in text


def test_no_change_is_said() -> None:
    assert "Nothing changes." in summary(review())


def test_a_violation_stands_above_all() -> None:
    text = summary(review(GONE, saved=FAILED, policies=(VIOLATION, ADVICE, UNKNOWN)))
    assert text.index("**This cannot be applied**: 1 mandatory policy violation.") < text.index(
        "### Danger"
    )
    assert "3 rules; violations: 1 mandatory, 1 advisory, 1 not known before the update." in text
    assert "**Remedy:** Set protect." in text
    assert "byoc ci apply" not in text


def test_an_error_is_shown() -> None:
    text = summary(review(saved=FAILED, failures=("the program\nno such zone ``` x",)))
    assert "1 error" in text
    assert "no such zone ''' x" in text


def test_no_secret_is_shown() -> None:
    secret = step(
        "kubernetes:core/v1:Secret", {"data": {"x": "b2xk"}}, {"data": {"x": "bmV3"}}, name="s"
    )
    sealed = step(SERVICE, {"spec": {"a": SEALED}}, {"spec": {"a": "x"}}, name="a")
    named = step(SERVICE, {"spec": {"apiToken": "old"}}, {"spec": {"apiToken": "new"}}, name="b")
    text = summary(
        review(secret, sealed, named, saved=FAILED, failures=("password=hunter2",))
    ) + summary(review(warnings=("key tskey-auth-abcdef",)))
    for word in ("b2xk", "bmV3", "old", "new`", "tskey-auth"):
        assert word not in text
    assert MASK in text


def test_names_cannot_write_markdown() -> None:
    text = summary(review(step(BUCKET, {"a": 1}, name="x` | @everyone <img> [a](b)")))
    assert "`` aws:s3:Bucket x` \\| @everyone <img> [a](b) ``" in text


def test_a_huge_plan_fits_into_a_comment() -> None:
    many = [step(BUCKET, {"bucket": "b" * 200}, name=f"bucket-{n}" * 20) for n in range(900)]
    results = tuple(replace(VIOLATION, message="m" * 3000, rule=f"r{n}") for n in range(900))
    text = summary(review(*many, policies=results))
    assert len(text) <= MOST_CHARACTERS
    assert text.count("<details>") == text.count("</details>")
    assert f"| digest | `{'2' * 64}` |" in text


def test_programs_read_the_same() -> None:
    facts = json.loads(json.dumps(document(review(GONE, RESIZED, policies=(VIOLATION,)))))
    assert facts["changes"] == {"delete": 1, "update": 1}
    assert [danger["kind"] for danger in facts["dangers"]] == ["data"]
    assert facts["digest"] == SAVED.digest


def test_sarif_names_rule_resource_and_file() -> None:
    found = sarif(RULES, [VIOLATION, ADVICE, UNKNOWN], stack_file="Pulumi.prod.yaml")
    [run] = found["runs"]
    assert found["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [r.name for r in RULES]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    first = run["results"][0]
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert rule["id"] == first["ruleId"]
    assert rule["properties"] == {
        "tags": ["security", "SOC 2 CC6.1"],
        "security-severity": "9.5",
    }
    [location] = first["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.prod.yaml"
    assert location["logicalLocations"][0]["fullyQualifiedName"] == GONE.resource.urn


def test_a_result_keeps_its_fingerprint_and_others_have_their_own() -> None:
    def prints(*results: PolicyResult) -> list[str]:
        [run] = sarif(RULES, results, stack_file="x")["runs"]
        return [result["partialFingerprints"]["ruleAndResource/v1"] for result in run["results"]]

    other = replace(VIOLATION, resource=RESIZED.resource)
    assert prints(VIOLATION) == prints(VIOLATION, other)[:1]
    assert len(set(prints(VIOLATION, other, ADVICE))) == 3


def test_junit_has_a_case_for_each_rule() -> None:
    text = junit(RULES, [replace(VIOLATION, message="bad \x00"), ADVICE, UNKNOWN], stack="prod")
    suite = ET.fromstring(text)
    assert suite.attrib == {
        "name": "byoc ci preview prod",
        "tests": "4",
        "failures": "1",
        "skipped": "1",
        "errors": "0",
    }
    outcomes = {case.get("name"): [child.tag for child in case] for case in suite}
    assert outcomes == {
        "the plan can be made": [],
        "byoc-bucket-protected": ["failure"],
        "aws-kms-rotation": ["system-out"],
        "aws-vpc-size": ["skipped", "system-out"],
    }


def test_what_a_broken_plan_was_not_checked_for_has_not_passed() -> None:
    suite = ET.fromstring(junit(RULES, [VIOLATION], stack="prod", failures=("no such zone",)))
    assert (suite.get("failures"), suite.get("skipped")) == ("2", "2")
    text = summary(review(saved=FAILED, policies=(VIOLATION,), failures=("no such zone",)))
    assert "They saw only a part of the plan, which failed." in text


def test_rules_of_foreign_packs_are_known_by_their_results() -> None:
    row = {
        "name": "own",
        "severity": "low",
        "summary": "s",
        "remedy": "r",
        "level": "mandatory",
        "frameworks": [],
    }
    off = {**row, "name": "off", "level": "disabled"}
    foreign = replace(ADVICE, rule="foreign")
    assert [rule.name for rule in known_rules([row, off], [foreign])] == ["foreign", "own"]
