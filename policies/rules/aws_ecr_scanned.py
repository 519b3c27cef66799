"""Images are scanned when they are pushed."""

from policies.frameworks import PATCHING
from policies.rule import Rule, Severity
from policies.shapes import switched_on

RULE = Rule(
    name="aws-ecr-scanned",
    severity=Severity.MEDIUM,
    summary="Images are scanned when they are pushed.",
    remedy='Set image_scanning_configuration={"scan_on_push": True}.',
    resource_types=("aws:ecr/repository:Repository",),
    frameworks=(
        *PATCHING,
        "CIS EKS 1.5.0 5.1.1",
    ),
    check=switched_on(
        "imageScanningConfiguration.scanOnPush", "Images in it are not scanned.", default=False
    ),
)
