"""Subnets whose zone is given by its id: moto takes the first such for the zone's default one."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.responses import EC2Response

from local.aws.refusal import AwsRefusalError


class ZoneIds(EC2Response):
    def create_subnet(self) -> ActionResult:
        if wanted := self.params.pop("AvailabilityZoneId", None):
            self.params["AvailabilityZone"] = self.zone_name(wanted)
        return super().create_subnet()

    def zone_name(self, id_: str) -> str:
        for zone in RegionsAndZonesBackend.zones[self.region]:
            if zone.zone_id == id_:
                return str(zone.name)
        raise AwsRefusalError("InvalidParameterValue", f"{self.region} has no zone {id_}.")
