"""Policy results as JUnit XML: one test case for each rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from control.cli.ci.policy_results import Level, PolicyResult, RuleFacts

UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for."""


def junit(
    rules: Sequence[RuleFacts],
    results: Sequence[PolicyResult],
    *,
    stack: str,
    failures: Sequence[str] = (),
) -> str:
    """`failures` are those of the preview itself, which has a case of its own."""
    suite = ET.Element("testsuite", name=f"byoc ci preview {stack}")
    preview = ET.SubElement(suite, "testcase", classname="preview", name="the plan can be made")
    for text in failures:
        add(preview, "failure", text, kind="preview")
    for rule in rules:
        own = [result for result in results if result.rule == rule.name]
        add_case(suite, rule, own)
        if failures and len(suite[-1]) == 0:
            ET.SubElement(suite[-1], "skipped", message="the plan could not be made")
    failed = sum(1 for case in suite if case.find("failure") is not None)
    skipped = sum(1 for case in suite if case.find("skipped") is not None)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failed))
    suite.set("skipped", str(skipped))
    suite.set("errors", "0")
    ET.indent(suite)
    text = ET.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def add_case(suite: ET.Element, rule: RuleFacts, results: Sequence[PolicyResult]) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=f"policies.{rule.severity or 'other'}", name=rule.name
    )
    for result in results:
        if result.level is Level.MANDATORY:
            add(case, "failure", text_of(result), kind=rule.severity or "policy")
    if len(case) == 0 and any(result.level is Level.UNKNOWN for result in results):
        ET.SubElement(case, "skipped", message="not known before the update")
    advice = [text_of(result) for result in results if result.level is not Level.MANDATORY]
    if advice:
        ET.SubElement(case, "system-out").text = fit("\n".join(advice))


def text_of(result: PolicyResult) -> str:
    where = f"{result.resource}: " if result.resource else ""
    remedy = f"\nRemedy: {result.remedy}" if result.remedy else ""
    return f"{where}{result.message}{remedy}"


def add(case: ET.Element, tag: str, text: str, *, kind: str) -> None:
    first = text.splitlines()[0] if text else ""
    ET.SubElement(case, tag, message=fit(first), type=kind).text = fit(text)


def fit(text: str) -> str:
    return UNFIT.sub("?", text)
