"""What all AWS resource types share: region, tags, drift, waiting, and errors that can be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local.plugins.aws.cloud import Aws, Cloud, GaveUpError
from local.plugins.aws.failures import (
    is_in_use,
    is_not_found,
    readable_errors,
)
from local.plugins.aws.fields import as_text_documents, settable, with_unknown_fields
from local.plugins.provider import (
    UNKNOWN,
    Call,
    Change,
    Diff,
    Kind,
    NotReadyError,
    PluginError,
    Property,
    Props,
    Resource,
    Schema,
    State,
)
from local.plugins.schema import changes, live_inputs

REGION: Schema = {"region": Property(computed=True, replaces=True)}
TAGS: Schema = {
    "tags": Property(),
    "tagsAll": Property(read_only=True, derived_from="tags"),
}
RELEASED_WITHIN = timedelta(minutes=10)
KNOWN_WITHIN = timedelta(minutes=2)


class AwsResource(Resource):
    """Base of the table's rows. A row has `properties` and at least make, find and remove."""

    service: ClassVar[str]
    properties: ClassVar[Schema]
    regional: ClassVar[bool] = True
    tagged: ClassVar[bool] = True
    elsewhere: ClassVar[Collection[str]] = ()
    """Properties that resources of other types may hold as well: told only where the program sets
    them here, so that neither undoes the other's work."""
    not_imported: ClassVar[Collection[str]] = ()
    """Properties that say the same as others, or that AWS chooses as a rule."""
    frozen: ClassVar[Collection[str]] = ()
    """Outputs that change as other resources come and go: told as they were at first."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "properties" in cls.__dict__:
            region = REGION if cls.regional else {}
            cls.schema = {**cls.properties, **(TAGS if cls.tagged else {}), **region}

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def make(self, aws: Aws, inputs: Props) -> str:
        """Create it by one call, with its tags, and return its id."""
        raise NotImplementedError

    def note(self, aws: Aws, inputs: Props) -> Props:
        """Outputs that can only be known before it is made; see `frozen`."""
        return {}

    def finish(self, aws: Aws, id_: str, inputs: Props) -> None:
        """What creation takes besides the one call: fails without losing what is made."""

    def find(self, aws: Aws, id_: str, known: Props) -> Props | None:
        """The properties as AWS has them, with all `tags`; None if it is gone.

        `known` is what the state holds, empty on import. Properties that are empty are left out.
        """
        raise NotImplementedError

    def ready(self, aws: Aws, id_: str, known: Props) -> None:
        """Wait until it can be used."""

    def change(
        self, aws: Aws, id_: str, changed: Collection[str], inputs: Props, live: Props
    ) -> None:
        """Make the `changed` properties what `inputs` say; those not there are to go."""
        raise PluginError(f"no property of it can be changed in place, not {sorted(changed)}")

    def put_tags(self, aws: Aws, id_: str, live: Props, tags: Mapping[str, str]) -> None:
        raise NotImplementedError

    def drop_tags(self, aws: Aws, id_: str, live: Props, keys: list[str]) -> None:
        raise NotImplementedError

    def remove(self, aws: Aws, id_: str, known: Props) -> None:
        raise NotImplementedError

    def gone(self, aws: Aws, id_: str, known: Props) -> bool:
        """Asked after `remove` until it is so."""
        return True

    def check(self, call: Call, inputs: Props, old: Props | None) -> Props:
        inputs = as_text_documents(self.schema, self.with_default_tags(inputs))
        checked = super().check(call, inputs, old)
        for name, known in self.schema.items():
            prefix = f"{name}Prefix"
            if known.auto_name and prefix in inputs and name not in inputs:
                del checked[name]
        return checked

    def with_default_tags(self, inputs: Props) -> Props:
        own = inputs.get("tags", {})
        if not self.tagged or own is UNKNOWN:
            return inputs
        tags = {**self.cloud.config.default_tags, **own}
        return inputs | {"tags": tags} if tags else inputs

    def diff(self, call: Call, before: State, inputs: Props) -> Diff:
        found = list(changes(self.schema, self.believed(before, inputs), inputs))
        region = self.region_of(inputs)
        if (
            self.regional
            and "region" not in inputs
            and before.outputs.get("region", region) != (region)
        ):
            found.append(Change(path=("region",), kind=Kind.UPDATE, replaces=True))
        first = self.delete_before_replace or self.keeps_its_name(call, before.inputs, inputs)
        return Diff(changes=tuple(found), delete_before_replace=first)

    def believed(self, before: State, inputs: Props) -> Props:
        """The old inputs, and those that the program newly writes down but that were so before."""
        new = {name: value for name, value in inputs.items() if name not in before.inputs}
        seen = live_inputs(self.schema, new, before.outputs)
        return before.inputs | {name: new[name] for name in new if seen.get(name) == new[name]}

    def keeps_its_name(self, call: Call, old: Props, new: Props) -> bool:
        """Whether its successor would have the same name, which the program chose."""
        return any(
            known.auto_name is not None
            and name in new
            and old.get(name) == new[name]
            and not known.auto_name.made(new[name], call.name)
            for name, known in self.schema.items()
        )

    def region_of(self, props: Props) -> str | None:
        return props.get("region") or self.cloud.config.region

    def plan(self, call: Call, inputs: Props, before: State | None) -> Props:
        planned = super().plan(call, inputs, before)
        for name, known in self.schema.items():
            if known.fields and name in inputs:
                old = before.outputs.get(name) if before else None
                planned[name] = with_unknown_fields(known.fields, inputs[name], old)
        if self.tagged:
            planned["tagsAll"] = inputs.get("tags", {})
        region = self.region_of(inputs)
        if self.regional and region is not None:
            planned["region"] = region
        return planned

    def create(self, call: Call, inputs: Props) -> State:
        aws = self.cloud.at(call, inputs.get("region"))
        with readable_errors(f"creating {call.name}"):
            noted = self.note(aws, inputs)
            id_ = self.make(aws, inputs)
        state = State(id=id_, outputs=inputs | noted)
        try:
            with readable_errors(f"setting up {call.name}"):
                self.finish(aws, id_, inputs)
        except PluginError as failure:
            raise NotReadyError(state, str(failure)) from failure
        return state

    def settle(self, call: Call, state: State) -> Props:
        aws = self.cloud.at(call, state.outputs.get("region"))
        with readable_errors(f"waiting for {call.name}"):
            self.ready(aws, state.id, state.outputs)
            found = aws.until(
                lambda: self.find(aws, state.id, state.outputs),
                f"waiting for {call.name} to be seen",
                KNOWN_WITHIN,
            )
        return self.outputs(aws, found, state.outputs)

    def outputs(self, aws: Aws, found: Props, known: Props) -> Props:
        """What the state keeps: what AWS tells, and what only the program knows."""
        kept = {
            name: known[name]
            for name, property_ in self.schema.items()
            if name in known and (property_.write_only or name in self.frozen)
        }
        hidden = {name for name in self.elsewhere if known and name not in known}
        hidden |= {"id", *kept}
        told = {name: value for name, value in found.items() if name not in hidden}
        if self.regional:
            told["region"] = aws.region
        if self.tagged:
            tags = self.visible_tags(found)
            told["tagsAll"] = tags
            told["tags"] = tags
            if not tags and "tags" not in known:
                del told["tags"]
        return kept | told

    def visible_tags(self, found: Props) -> dict[str, str]:
        tags = found.get("tags", {})
        return {key: value for key, value in tags.items() if self.cloud.config.keeps_tag(key)}

    def read(self, call: Call, id_: str, before: State | None) -> State | None:
        known = before.outputs | before.inputs if before else {}
        region = known.get("region")
        if before is None and self.regional and "@" in id_:
            id_, region = id_.rsplit("@", 1)
        aws = self.cloud.at(call, region)
        with readable_errors(f"reading {call.name}"):
            try:
                found = self.find(aws, id_, known)
            except ClientError as error:
                if not is_not_found(error):
                    raise
                found = None
        if found is None:
            return None
        return State(id=found.get("id", id_), outputs=self.outputs(aws, found, known))

    def inputs_of(self, call: Call, found: State, before: State | None) -> Props:
        """Besides what the program set, what somebody else set where the program left nothing."""
        live = found.outputs
        old = before.inputs if before else {}
        inputs = live_inputs(self.schema, old, live)
        belongs = self.is_imported if before is None else self.is_foreign
        for name, known in self.schema.items():
            if name not in live or name in old:
                continue
            if belongs(name, live[name]):
                inputs[name] = settable(known.fields, live[name])
        return inputs

    def is_imported(self, name: str, value: object) -> bool:
        """Whether a program has to say this, or might."""
        if name in self.not_imported or name in self.elsewhere:
            return False
        if name == "region":
            return value != self.cloud.config.region
        known = self.schema[name]
        fixed = known.computed and known.replaces and not known.read_only
        return known.required or fixed or self.is_foreign(name, value)

    def is_foreign(self, name: str, value: object) -> bool:
        """Whether somebody must have set this: AWS does not, by itself."""
        known = self.schema[name]
        if known.read_only or known.write_only or known.computed or name in self.elsewhere:
            return False
        return value not in (None, "", [], {}, False, known.default)

    def update(self, call: Call, before: State, inputs: Props) -> Props:
        known = before.outputs | before.inputs
        aws = self.cloud.at(call, before.outputs.get("region"))
        with readable_errors(f"updating {call.name}"):
            live = self.find(aws, before.id, known)
            if live is None:
                raise PluginError(f"{call.name} ({before.id}) is gone: run a refresh")
            live = self.outputs(aws, live, before.outputs | inputs)
            changed = self.changed(before, inputs, live)
            if "tags" in changed:
                self.change_tags(aws, before.id, inputs.get("tags", {}), live)
            if rest := changed - {"tags"}:
                self.change(aws, before.id, rest, inputs, live)
        told = {name: v for name, v in before.outputs.items() if self.schema[name].read_only}
        return told | ({"region": aws.region} if self.regional else {}) | inputs

    def changed(self, before: State, inputs: Props, live: Props) -> set[str]:
        """What the program wants otherwise than AWS has it, whatever the state believes."""
        seen = live_inputs(self.schema, inputs, live)
        found = {name for name, value in inputs.items() if seen.get(name) != value}
        for name, known in self.schema.items():
            if name in live and name not in inputs and self.is_foreign(name, live[name]):
                found.add(name)
            if name in before.inputs and name not in inputs and not known.computed:
                found.add(name)
        settable = {n for n, p in self.schema.items() if not p.read_only and not p.write_only}
        return found & settable - {"region"}

    def change_tags(self, aws: Aws, id_: str, wanted: Mapping[str, str], live: Props) -> None:
        have = live.get("tags", {})
        if gone := sorted(have.keys() - wanted.keys()):
            self.drop_tags(aws, id_, live, gone)
        if put := {key: value for key, value in wanted.items() if have.get(key) != value}:
            self.put_tags(aws, id_, live, put)

    def delete(self, call: Call, before: State) -> None:
        known = before.outputs | before.inputs
        aws = self.cloud.at(call, before.outputs.get("region"))

        def removed() -> bool:
            try:
                self.remove(aws, before.id, known)
            except ClientError as error:
                if is_not_found(error):
                    return True
                if is_in_use(error):
                    in_use.append(error)
                    return False
                raise
            return True

        def is_gone() -> bool:
            try:
                return self.gone(aws, before.id, known)
            except ClientError as error:
                if is_not_found(error):
                    return True
                raise

        in_use: list[ClientError] = []
        with readable_errors(f"deleting {call.name}"):
            try:
                aws.until(removed, "waiting until nothing depends on it", RELEASED_WITHIN)
            except GaveUpError:
                raise in_use[-1] from None
            aws.until(is_gone, "waiting until it is deleted")
