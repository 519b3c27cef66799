"""Which resources grant rights, to whom, and where in them the grants stand: the one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from control.cli.ci.iam_document import UnreadableError, rights_of_document
from control.cli.ci.rights import Right
from control.cli.ci.steps import UNKNOWN, Props, Step, at, listed, mappings

BECOME = "become"
USE = "use all rights of"


@dataclass(frozen=True, kw_only=True)
class Granting:
    holder: str
    rights: frozenset[Right] = frozenset()
    unreadable: tuple[str, ...] = ()


Reader = Callable[[Step, Props], Iterator[Granting]]


def grantings(step: Step, props: Props) -> Iterator[Granting]:
    reader = READERS.get(kind_of(step.type)) if props else None
    if reader:
        yield from reader(step, props)


def kind_of(type_: str) -> str:
    """Kubernetes groups come in versions, which change nothing here."""
    if not type_.startswith("kubernetes:"):
        return type_
    _, group, kind = type_.split(":", 2)
    return f"kubernetes:{group.partition('/')[0]}:{kind}"


def document(path: str, holder: str, named: str, step: Step, props: Props) -> Iterator[Granting]:
    """A resource whose property is one policy document."""
    content = at(props, path)
    if not content:
        return
    name = f"{holder} {known(named, step, props)}"
    yield read(name, content, f"{path} of {step.resource}")


def read(holder: str, content: Any, place: str) -> Granting:
    try:
        return Granting(holder=holder, rights=frozenset(rights_of_document(content)))
    except UnreadableError as error:
        return Granting(holder=holder, unreadable=(f"{place}: {error}",))


def known(path: str, step: Step, props: Props) -> str:
    """The cloud's name of what holds the rights: today's where it is not known after a
    replacement, the program's where it is new."""
    for value in (at(props, path), at(step.old, path)):
        if isinstance(value, str) and value and UNKNOWN not in value:
            return value.rpartition("/")[2] if value.startswith("arn:") else value
    return step.resource.name


def whole(verb: str, target: Any) -> Right:
    """All that another identity or document may do; the action says of which."""
    text = str(target or "")
    return Right(
        action=f"{verb} {'what is not known yet' if UNKNOWN in text else text}", resource=""
    )


def role(step: Step, props: Props) -> Iterator[Granting]:
    name = known("name", step, props)
    trust = props.get("assumeRolePolicy")
    if trust:
        yield read(f"trust of role {name}", trust, f"assumeRolePolicy of {step.resource}")
    inline = [
        read("", each.get("policy"), f"an inline policy of {step.resource}")
        for each in mappings(props.get("inlinePolicies"))
    ]
    managed = {whole(USE, arn) for arn in listed(props.get("managedPolicyArns"))}
    yield Granting(
        holder=f"role {name}",
        rights=frozenset(managed).union(*(each.rights for each in inline)),
        unreadable=tuple(text for each in inline for text in each.unreadable),
    )


def attachment(holder: str, step: Step, props: Props) -> Iterator[Granting]:
    right = whole(USE, props.get("policyArn"))
    name = known(holder, step, props)
    yield Granting(holder=f"{holder} {name}", rights=frozenset({right}))


def pod_identity(step: Step, props: Props) -> Iterator[Granting]:
    account = f"service account {props.get('namespace')}/{props.get('serviceAccount')}"
    right = whole(BECOME, props.get("roleArn"))
    yield Granting(holder=account, rights=frozenset({right}))


def access_policy(step: Step, props: Props) -> Iterator[Granting]:
    places = ", ".join(map(str, listed(at(props, "accessScope.namespaces")))) or "the whole cluster"
    right = whole(USE, f"{props.get('policyArn')} in {places}")
    who = known("principalArn", step, props)
    yield Granting(holder=f"cluster access of {who}", rights=frozenset({right}))


def rbac_role(step: Step, props: Props) -> Iterator[Granting]:
    name, place = object_name(step, props)
    rights = {
        right for rule in mappings(props.get("rules")) for right in rights_of_rule(rule, place)
    }
    yield Granting(holder=f"Kubernetes role {name}", rights=frozenset(rights))


def rights_of_rule(rule: Mapping[str, Any], place: str) -> Iterator[Right]:
    targets = [
        f"{resource}{f'.{group}' if group else ''}{f' {name}' if name else ''} {place}"
        for group, resource, name in product(
            listed(rule.get("apiGroups")) or [""],
            listed(rule.get("resources")),
            listed(rule.get("resourceNames")) or [""],
        )
    ]
    targets += [f"path {path}" for path in listed(rule.get("nonResourceURLs"))]
    for verb, target in product(listed(rule.get("verbs")), targets):
        yield Right(action=str(verb), resource=target)


def rbac_binding(step: Step, props: Props) -> Iterator[Granting]:
    _, place = object_name(step, props)
    bound = f"Kubernetes role {at(props, 'roleRef.name')} {place}"
    for subject in mappings(props.get("subjects")):
        space = subject.get("namespace")
        name = f"{space}/{subject.get('name')}" if space else subject.get("name")
        yield Granting(
            holder=f"{subject.get('kind', 'subject')} {name}",
            rights=frozenset({whole(USE, bound)}),
        )


def object_name(step: Step, props: Props) -> tuple[str, str]:
    space, name = at(props, "metadata.namespace"), known("metadata.name", step, props)
    if not space:
        return name, "in the whole cluster"
    return f"{space}/{name}", f"in {space}"


READERS: Mapping[str, Reader] = {
    "aws:iam/role:Role": role,
    "aws:iam/policy:Policy": partial(document, "policy", "policy", "name"),
    "aws:iam/rolePolicy:RolePolicy": partial(document, "policy", "role", "role"),
    "aws:iam/userPolicy:UserPolicy": partial(document, "policy", "user", "user"),
    "aws:iam/groupPolicy:GroupPolicy": partial(document, "policy", "group", "group"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": partial(attachment, "role"),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": partial(attachment, "user"),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": partial(attachment, "group"),
    "aws:s3/bucketPolicy:BucketPolicy": partial(document, "policy", "bucket", "bucket"),
    "aws:kms/key:Key": partial(document, "policy", "key", "description"),
    "aws:kms/keyPolicy:KeyPolicy": partial(document, "policy", "key", "keyId"),
    "aws:sqs/queue:Queue": partial(document, "policy", "queue", "name"),
    "aws:sqs/queuePolicy:QueuePolicy": partial(document, "policy", "queue", "queueUrl"),
    "aws:sns/topicPolicy:TopicPolicy": partial(document, "policy", "topic", "arn"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": partial(
        document, "policy", "repository", "repository"
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": partial(
        document, "policy", "secret", "secretArn"
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": partial(
        document, "policy", "VPC endpoint of", "serviceName"
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": pod_identity,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": access_policy,
    "kubernetes:rbac.authorization.k8s.io:Role": rbac_role,
    "kubernetes:rbac.authorization.k8s.io:ClusterRole": rbac_role,
    "kubernetes:rbac.authorization.k8s.io:RoleBinding": rbac_binding,
    "kubernetes:rbac.authorization.k8s.io:ClusterRoleBinding": rbac_binding,
}
