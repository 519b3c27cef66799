"""Launch templates' tags: the template's own are not those of what it launches, and they change."""

from __future__ import annotations

import copy
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response


class LaunchTemplateTags(EC2Response):
    def create_launch_template(self) -> ActionResult:
        wanted = copy.deepcopy(self._get_param("LaunchTemplateData", {}))
        answer = super().create_launch_template()
        result: Any = answer.result
        template = self.ec2_backend.get_launch_template(
            result["LaunchTemplate"]["LaunchTemplateId"]
        )
        data = template.versions[0].data
        data.pop("TagSpecifications", None)
        if "TagSpecifications" in wanted:
            data["TagSpecifications"] = wanted["TagSpecifications"]
        return answer

    def describe_launch_templates(self) -> ActionResult:
        for template in self.ec2_backend.launch_templates.values():
            template.tags = template.get_tags()
        return super().describe_launch_templates()
