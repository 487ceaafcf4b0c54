"""The vocabulary: frozen records that every engine and app shares. No input or output here."""

from seawall.model.advisory import (
    Advisory,
    Affected,
    ExploitScore,
    FeedInfo,
    FeedRecord,
    KnownExploited,
    SupportPeriod,
    VersionRange,
)
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import (
    Acceptance,
    Evidence,
    Finding,
    Location,
    Stage,
    Status,
    Subject,
    VulnerabilityMatch,
    fingerprint,
)
from seawall.model.identifiers import Digest, Fingerprint, PolicyName, Purl, VulnerabilityId
from seawall.model.image import Distribution, History, Image, ImageConfig, Layer, Package, SourcePackage
from seawall.model.record import Record
from seawall.model.report import SCHEMA, AcceptedRisk, Fix, Gate, Report, ReportedPolicy, Summary, Tool
from seawall.model.severity import Severity

__all__ = [
    "SCHEMA",
    "Acceptance",
    "AcceptedRisk",
    "Advisory",
    "Affected",
    "Coverage",
    "CoverageState",
    "Digest",
    "Distribution",
    "Evidence",
    "ExploitScore",
    "FeedInfo",
    "FeedRecord",
    "Finding",
    "Fingerprint",
    "Fix",
    "Gate",
    "History",
    "Image",
    "ImageConfig",
    "KnownExploited",
    "Layer",
    "Location",
    "Package",
    "PolicyName",
    "Purl",
    "Record",
    "Report",
    "ReportedPolicy",
    "Severity",
    "SourcePackage",
    "Stage",
    "Status",
    "Subject",
    "Summary",
    "SupportPeriod",
    "Tool",
    "VersionRange",
    "VulnerabilityId",
    "VulnerabilityMatch",
    "fingerprint",
]
