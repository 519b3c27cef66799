"""The parts of Service's schema that are about its size: bounds, scaling, schedule."""

from typing import Any

from control.scaling.schedule import MOST_ENTRIES
from control.warehouses.schema_parts import (
    Schema,
    choice,
    moment,
    named_list,
    record,
    rule,
    text,
    whole,
)

SMALLEST_GIB, LARGEST_GIB, STEP_GIB = 8, 356, 4
MOST_REPLICAS = 20
CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def replica_memory(description: str, **more: Any) -> Schema:
    return whole(
        description, minimum=SMALLEST_GIB, maximum=LARGEST_GIB, multipleOf=STEP_GIB, **more
    )


# New bounds may leave out the present size, which somebody else chose: it follows at once.
GIB_WITHIN_BOUNDS = rule(
    "!has(self.gib) || (self.minGib <= self.gib && self.gib <= self.maxGib)"
    " || (oldSelf.hasValue() && has(oldSelf.value().gib) && oldSelf.value().gib == self.gib)",
    "memory.gib must lie between memory.minGib and memory.maxGib",
) | {"optionalOldSelf": True}

MEMORY = record(
    "Memory of one replica in GiB, with 1 CPU for every 4.",
    {
        "minGib": replica_memory("Lower bound of scaling."),
        "maxGib": replica_memory("Upper bound of scaling."),
        "gib": replica_memory("Wanted now; the lower bound when absent."),
    },
    required=["minGib", "maxGib"],
    rules=[
        rule("self.minGib <= self.maxGib", "memory.minGib must not be above memory.maxGib"),
        GIB_WITHIN_BOUNDS,
    ],
)

HORIZONTAL = record(
    "Scaling by the number of replicas of a fixed size, instead of by their size.",
    {
        "minReplicas": whole("Lower bound.", minimum=1, maximum=MOST_REPLICAS),
        "maxReplicas": whole("Upper bound.", minimum=1, maximum=MOST_REPLICAS),
    },
    required=["minReplicas", "maxReplicas"],
    rules=[
        rule(
            "self.minReplicas <= self.maxReplicas",
            "scaling.horizontal.minReplicas must not be above maxReplicas",
        )
    ],
)

SCALING = record(
    "Automatic sizing within the bounds.",
    {
        "mode": choice("What is done.", ["off", "recommend", "apply"], default="off"),
        "policy": choice("By which rule.", ["classic", "target_tracking"], default="classic"),
        "horizontal": HORIZONTAL,
    },
    default={},
)

HORIZONTAL_RULES = (
    rule(
        "!has(self.scaling) || !has(self.scaling.horizontal)"
        " || self.memory.minGib == self.memory.maxGib",
        "scaling.horizontal needs replicas of a fixed size: set memory.minGib and maxGib equal",
    ),
    rule(
        "!has(self.scaling) || !has(self.scaling.horizontal) || self.role != 'primary'"
        " || self.scaling.horizontal.minReplicas >= 2",
        "the primary of a warehouse has at least 2 replicas: raise scaling.horizontal.minReplicas",
    ),
)

SCHEDULE = named_list(
    "Sizes wanted at fixed times.",
    record(
        "One rule.",
        {
            "name": text("Name of the rule.", minLength=1, maxLength=40),
            "at": text("Time of day at which it begins, HH:MM.", pattern=CLOCK),
            "until": text(
                "Time of day at which it ends, HH:MM, on the next day if not after `at`;"
                " without it the new size is kept for 3 hours at least.",
                pattern=CLOCK,
            ),
            "timeZone": text("IANA time zone.", maxLength=64, default="UTC"),
            "days": {
                "type": "array",
                "description": "Days of the week; every day when absent.",
                "items": choice("A day.", list(DAYS)),
                "maxItems": 7,
                "x-kubernetes-list-type": "set",
            },
            "replicas": whole("Wanted replicas.", minimum=1, maximum=MOST_REPLICAS),
            "memoryGib": replica_memory("Wanted memory of one replica."),
        },
        required=["name", "at"],
        rules=[
            rule(
                "has(self.replicas) != has(self.memoryGib)",
                "a schedule rule sets either replicas or memoryGib",
            )
        ],
    ),
    key="name",
    longest=MOST_ENTRIES,
)

FIGURES = record(
    "What the decision was made from.",
    {
        "cpuPeakMillicores": whole("Most CPU that one replica used in the window."),
        "memoryPeakMib": whole("Most memory that one replica held in the window."),
        "queryPeakMib": whole("Most memory that queries of one replica held in the window."),
        "outOfMemoryMib": whole("Memory at the worst crash or refusal in the window."),
        "samples": whole("Minutes of the window that are known."),
        "expectedSamples": whole("Minutes of the window in which it ran."),
        "windowMinutes": whole("Length of the window."),
        "cpuUnits": whole("Units that CPU needs."),
        "memoryUnits": whole("Units that memory needs."),
        "driver": text("What decided the size."),
        "utilisationPercent": whole("Use of the busiest replica, where replicas are counted."),
    },
)


def hourly(description: str) -> Schema:
    return {
        "type": "array",
        "description": description,
        "items": {"type": "integer"},
        "maxItems": 30,
    }


RECOMMENDATION = record(
    "What automatic sizing thinks, and why.",
    {
        "units": whole("Size of one replica in units of 1 CPU and 4 GiB."),
        "replicas": whole("Number of replicas, where those are scaled."),
        "reason": text("The rule that decided.", maxLength=64),
        "message": text("The same for people.", maxLength=512),
        "mode": choice("What is done with it.", ["off", "recommend", "apply"]),
        "advisoryUnits": whole("What the long window alone would like."),
        "at": moment("When this was written; figures are written anew every 15 minutes."),
        "figures": FIGURES,
        "hourlyCpuMillicores": hourly("Peak of each of the last 30 hours; -1 is unknown."),
        "hourlyMemoryMib": hourly("Peak of each of the last 30 hours; -1 is unknown."),
    },
)

SCALING_STATUS = record(
    "What automatic sizing and the schedule remember.",
    {
        "seenGib": whole("Wanted memory when it was last looked at."),
        "seenReplicas": whole("Wanted replicas when it was last looked at."),
        "checkedAt": moment("Up to here the schedule has been looked at."),
        "schedule": text("Names the schedule that has been looked at.", maxLength=64),
        "rule": text("The last rule of the schedule that began.", maxLength=40),
        "ruleBegan": moment("When it did."),
        "ruleEnds": moment("When it ends, where it does."),
        "replicasBefore": whole("Replicas to go back to at its end."),
        "gibBefore": whole("Memory to go back to at its end."),
        "floorUnits": whole("Asked for of late: not less than this."),
        "floorReplicas": whole("Asked for of late: not fewer than this."),
        "ceilingUnits": whole("Asked for of late: not more than this."),
        "askedBy": text("Who asked.", maxLength=64),
        "heldUntil": moment("Until when that is protected."),
        "lastHorizontal": moment("When the number of replicas was last changed by itself."),
        "crashMib": whole("Memory at the worst crash that Kubernetes told of."),
        "crashAt": moment("When that was."),
    },
)
