"""What a role may do, in the words of role-based access control (9 and later).

In: a generation's number and a role. Out: the names of its permissions. Those of an administrator are recorded
(transcripts orgs-and-provisioned-9.3.2 and -12.4.0 "permissions of token"); which of them an editor or viewer has was
read in the documentation [D].
"""

from __future__ import annotations

from provisioner.sandbox.settings import Role

_VIEWER = """
annotations read | dashboards read | datasources query read | datasources.id read | folders read | plugins.app access
alert.instances read | alert.instances.external read | alert.notifications read | alert.notifications.external read
alert.rules read | alert.rules.external read
"""
_EDITOR = """
annotations create delete write | dashboards create delete write | datasources explore | folders create delete write
alert.instances create write | alert.instances.external write | alert.notifications write
alert.notifications.external write | alert.provisioning read write | alert.rules create delete write
alert.rules.external write
"""
_ADMIN = """
dashboards.permissions read write | dashboards.public write | datasources create delete write
folders.permissions read write | org.users add read remove write | orgs read write | orgs.preferences read write
orgs.quotas read | plugins write | serviceaccounts create delete read write | serviceaccounts.permissions read write
teams create delete read write | teams.permissions read write
"""
_ADMIN_OF_9 = "apikeys create delete read"

_VIEWER_OF_12 = """
alert.silences read | alert.notifications.receivers read list | alert.notifications.routes read
alert.notifications.templates read | alert.notifications.time-intervals read | library.panels read | snapshots read
provisioning.settings read | provisioning.stats read
"""
_EDITOR_OF_12 = """
alert.silences create write | alert.notifications.provisioning read write | alert.notifications.receivers create delete test write
alert.notifications.receivers.test create | alert.notifications.routes write | alert.notifications.templates delete write
alert.notifications.templates.test write | alert.notifications.time-intervals delete write
alert.provisioning.provenance write | alert.rules.provisioning read write | library.panels create delete write
snapshots create delete
"""
_ADMIN_OF_12 = """
advisor.checks create delete read write | advisor.checktypes create delete read write | advisor.register create
alert.notifications.receivers.protected write | alert.notifications.receivers.secrets read
alert.provisioning.secrets read | provisioning.connections create delete read write | provisioning.historicjobs read
provisioning.jobs create delete read write | provisioning.repositories create delete read write
receivers.permissions read write | secret.keepers create delete read write
secret.securevalues create delete read write | users.permissions read
"""
# Two of 12 are spelt with a dot.
_SPELT_OTHERWISE = ("featuremgmt.read", "featuremgmt.write")

_STEPS = {
    9: ((Role.VIEWER, _VIEWER), (Role.EDITOR, _EDITOR), (Role.ADMIN, _ADMIN), (Role.ADMIN, _ADMIN_OF_9)),
    12: (
        (Role.VIEWER, _VIEWER),
        (Role.VIEWER, _VIEWER_OF_12),
        (Role.EDITOR, _EDITOR),
        (Role.EDITOR, _EDITOR_OF_12),
        (Role.ADMIN, _ADMIN),
        (Role.ADMIN, _ADMIN_OF_12),
    ),
}


def permissions_of(generation: int, role: Role) -> tuple[str, ...]:
    """The permissions of a role, sorted; none where they have no names yet. 11 and 13 were not recorded: as 9 and 12."""
    generation = {11: 9, 13: 12}.get(generation, generation)
    names = {
        f"{subject}:{verb}"
        for least, text in _STEPS.get(generation, ())
        if role >= least
        for line in text.replace("|", "\n").split("\n")
        if line.strip()
        for subject, *verbs in [line.split()]
        for verb in verbs
    }
    if generation == 12 and role >= Role.ADMIN:
        names.update(_SPELT_OTHERWISE)
    return tuple(sorted(names))
