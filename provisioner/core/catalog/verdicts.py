"""Problems that the server itself finds, when it is shown a dashboard as a dry run.

In: nothing. Out: the rules of this chapter. Codes are a promise: they are never reused.
"""

from __future__ import annotations

from provisioner.core.catalog.rule import Area, Rule
from provisioner.core.problems import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "server-refuses",
        Area.VERDICT,
        Severity.ERROR,
        "The server would refuse it",
        "`plan --server-side` and `validate --server` show each dashboard to the server as a dry run, which writes nothing. This one "
        "would not be saved. The words are the server's, the place is that of the field it names.",
        "mend what the server names",
    ),
    Rule(
        "server-schema",
        Area.VERDICT,
        Severity.WARNING,
        "The server's schema finds fault with it",
        "An apply writes classic dashboards as they are, so this one would be saved. But Grafana's own pages save in a newer form, and "
        "there the server's strict check finds fault with this field. A field that the file does not have was added by the server's "
        "migration, often as null. Who wants nothing but the verdict on the save sets the severity of this code to off.",
        "an apply writes it all the same; for a form that Grafana's pages take, mend the field, or save it there and `provisioner pull`",
    ),
    Rule(
        "server-forbids",
        Area.VERDICT,
        Severity.ERROR,
        "The credential may not write it",
        "The server says that this credential may not save it there. A dry run alone does not show it: Grafana 12 looks at no permission "
        "in one, so the permissions are asked for themselves.",
        "give the credential the permission to write there",
    ),
    Rule(
        "server-undecided",
        Area.VERDICT,
        Severity.ERROR,
        "The server gave no verdict",
        "Shown a dashboard as a dry run, the server failed, or its answer was lost. Nothing was written; whether it would take this "
        "dashboard, nobody knows.",
        "ask again; if it stays so, look into the server's log",
    ),
)
