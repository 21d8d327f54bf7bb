"""Problems of documents: the shape that a dashboard is kept in.

In: nothing. Out: the rules of this chapter. Codes are a promise: they are never reused.
"""

from __future__ import annotations

from provisioner.core.catalog.rule import Area, Rule
from provisioner.core.problems import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "file-large",
        Area.DOCUMENT,
        Severity.NOTE,
        "A file is larger than 1 MiB",
        "Dashboards of this size load and save slowly, and a proxy in front of Grafana may refuse them.",
        "split the dashboard",
    ),
    Rule(
        "resource-name-missing",
        Area.DOCUMENT,
        Severity.ERROR,
        "A resource has no metadata.name",
        "The name of a resource is the dashboard's uid. Without it nobody can tell which dashboard is meant.",
        "add metadata.name",
    ),
    Rule(
        "resource-name-invalid",
        Area.DOCUMENT,
        Severity.ERROR,
        "A resource's metadata.name cannot be a uid",
        "A uid has at most 40 characters: letters, digits, '-' and '_'.",
        "give the resource another name",
    ),
    Rule(
        "resource-spec-missing",
        Area.DOCUMENT,
        Severity.ERROR,
        "A resource has no spec",
        "The dashboard itself stands under spec, as an object.",
        "put the dashboard under spec",
    ),
    Rule(
        "resource-version-unknown",
        Area.DOCUMENT,
        Severity.ERROR,
        "A resource has an apiVersion that is not known",
        "Known are v0alpha1, v1alpha1, v1beta1, v1, v2alpha1, v2beta1 and v2 of dashboard.grafana.app.",
        "use one of the versions known",
    ),
    Rule(
        "uid-differs",
        Area.DOCUMENT,
        Severity.WARNING,
        "Wrapper and dashboard name two uids",
        "The wrapper decides, as it does in the tool it was written for.",
        "take the uid out of the dashboard, or make both equal",
    ),
    Rule(
        "content-elsewhere",
        Area.DOCUMENT,
        Severity.WARNING,
        "A manifest holds no dashboard, only where it is",
        "Only dashboards that stand in the file are provisioned; nothing is downloaded, unpacked or computed.",
        "put the dashboard's JSON into the repository",
    ),
    Rule(
        "folder-key-unknown",
        Area.DOCUMENT,
        Severity.WARNING,
        "A `_folder` file has a key that is not known",
        "Known are title, uid and description. The key is passed over.",
        "correct or remove the key",
    ),
)
