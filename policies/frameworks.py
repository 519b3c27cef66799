"""Controls of public frameworks, by the idea that several rules serve.

CIS AWS Foundations 3.0.0, CIS EKS 1.5.0, CIS GKE 1.4.0, NIST SP 800-53 revision 5, PCI DSS 4.0,
SOC 2 trust services criteria of 2017, AWS Well-Architected security and reliability pillars.

Each id was looked up: those of CIS in kube-bench (EKS, GKE) and prowler (AWS), the
others in prowler's mappings or in the framework's own text. An id that cannot be is not claimed.
"""

LEAST_PRIVILEGE = (
    "NIST 800-53 AC-6",
    "PCI DSS 7.2.2",
    "SOC 2 CC6.3",
    "AWS Well-Architected SEC03-BP02",
)
THIRD_PARTY = ("NIST 800-53 AC-3", "SOC 2 CC6.3", "AWS Well-Architected SEC03-BP09")
PUBLIC_ACCESS = (
    "NIST 800-53 AC-3",
    "PCI DSS 7.2.1",
    "SOC 2 CC6.1",
    "AWS Well-Architected SEC03-BP07",
)
NETWORK_BOUNDARY = (
    "NIST 800-53 SC-7",
    "PCI DSS 1.3.1",
    "SOC 2 CC6.6",
    "AWS Well-Architected SEC05-BP02",
)
OUTBOUND = ("NIST 800-53 SC-7", "PCI DSS 1.3.2", "SOC 2 CC6.6")
NETWORK_LAYERS = ("NIST 800-53 SC-7", "SOC 2 CC6.6", "AWS Well-Architected SEC05-BP01")
AT_REST = ("NIST 800-53 SC-28", "SOC 2 CC6.1", "AWS Well-Architected SEC08-BP02")
KEYS = ("NIST 800-53 SC-12", "SOC 2 CC6.1", "AWS Well-Architected SEC08-BP01")
IN_TRANSIT = (
    "NIST 800-53 SC-8",
    "PCI DSS 4.2.1",
    "SOC 2 CC6.7",
    "AWS Well-Architected SEC09-BP02",
)
LOGGING = (
    "NIST 800-53 AU-12",
    "PCI DSS 10.2.1",
    "SOC 2 CC7.2",
    "AWS Well-Architected SEC04-BP01",
)
LOG_RETENTION = ("NIST 800-53 AU-11", "SOC 2 CC7.2")
HARDENING = ("NIST 800-53 CM-6", "NIST 800-53 CM-7")
ISOLATION = ("NIST 800-53 SC-39", "NIST 800-53 AC-6", "SOC 2 CC6.1")
SECRETS = ("NIST 800-53 IA-5", "PCI DSS 8.6.2", "SOC 2 CC6.1")
CREDENTIALS = ("NIST 800-53 IA-5", "SOC 2 CC6.1", "AWS Well-Architected SEC02-BP02")
PATCHING = ("NIST 800-53 SI-2", "PCI DSS 6.3.3", "SOC 2 CC7.1")
AVAILABILITY = ("NIST 800-53 CP-10", "SOC 2 A1.2", "AWS Well-Architected REL10-BP01")
RECOVERY = ("NIST 800-53 CP-9", "SOC 2 A1.2")
CAPACITY = ("NIST 800-53 SC-6", "SOC 2 A1.1")
SUPPLY_CHAIN = ("NIST 800-53 CM-2", "SOC 2 CC8.1")
INVENTORY = ("NIST 800-53 CM-8", "SOC 2 CC6.1")
ADDRESSES = ("AWS Well-Architected REL02-BP05",)
SUBNET_SIZE = ("AWS Well-Architected REL02-BP03",)
