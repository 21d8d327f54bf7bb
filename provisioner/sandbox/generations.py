"""The generations of Grafana that the sandbox can be, each a value that says in what it differs.

In: a number (5, 6, 7, 8, 9, 12). Out: a frozen `Generation`. Handlers ask the value, they never compare numbers.
Every field is a recorded fact (transcripts) unless its comment says that it was read in the source (reference, by
section).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from provisioner.sandbox import refusals, slugs
from provisioner.sandbox.refusals import Refusals


class BodyErrors(Enum):
    """How a body that cannot be read is refused."""

    LISTED_WITH_REQUIRED = "a list; fields that are required are told as well"
    LISTED = "a list of what is wrong"
    PLAIN = "bad request data"


class FolderRule(Enum):
    """Which of `folderUid` and `folderId` a save looks at."""

    ID_ONLY = "folderId; folderUid is ignored"
    EITHER = "folderUid first, folderId when there is none"
    UNIFIED = "as EITHER, but looked up after the dashboard itself was checked"


class AnnotationRights(Enum):
    """What `meta.annotationsPermissions` says."""

    NOBODY = "all false"
    DASHBOARD_FOR_ALL = "on the dashboard true for everyone, in the organisation by role"
    BY_ROLE = "true for those who may edit"


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie of a login; the first of a generation carries the session."""

    name: str
    max_age: int | None
    http_only: bool
    same_site: bool


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation; the defaults are those of 9.3.2."""

    number: int
    version: str
    refusals: Refusals
    commit: str = "x"
    slug: Callable[[str], str] = slugs.transliterated

    # Errors and unknown routes
    trace_id: str | None = None
    body_errors: BodyErrors = BodyErrors.PLAIN
    unknown_get_is_a_page: bool = False
    permissions_named: bool = True  # 403 names the permission (role-based access control)

    # Saving
    folder_rule: FolderRule = FolderRule.EITHER
    names_unique: bool = True
    identical_save_is_a_version: bool = True
    numbers_are_doubles: bool = False
    min_refresh: str | None = "5s"  # reference 1.2, step 8: not recorded
    answer_names_folder: bool = False
    large_ids: bool = False
    delete_answer_names: str = "id"  # "", "id" or "uid"
    authors_shown_after_update: bool = False  # a dashboard never updated is by "Anonymous"

    # Folders
    nested_folders: bool = False
    folder_uid_can_change: bool = True
    folder_keys: frozenset[str] = frozenset({"canDelete", "parentUid"})
    folder_delete_answer: str = "empty"  # "title", "title and id", "empty" or "message"
    new_folder_rights_lag: bool = False

    # Reading
    meta_keys: frozenset[str] = frozenset()
    annotation_rights: AnnotationRights = AnnotationRights.BY_ROLE
    slug_routes: bool = False
    home_marked: bool = False
    home_page: int = 7  # whose home page: that of 5, 6, 7 or 12

    # Search
    hit_keys: frozenset[str] = frozenset({"slug", "sortMeta"})
    search_pages: bool = True
    search_limits_by_id: bool = False
    search_ties_backwards: bool = False
    search_folder_ids: bool = True
    search_folder_uids: bool = False
    search_dashboard_uids: bool = True
    tags_by_count: bool = False

    # History
    history_by_id: bool = True
    history_by_uid: bool = True
    history_pages: bool = False  # {versions, continueToken}; with the content; without rows of their own
    history_list_key: str = "dashboardUid"  # how a row of the list names the uid, and a single one
    history_one_key: str = "uid"

    # Who
    api_keys: bool = True
    key_answer_has_id: bool = True
    service_accounts: bool = True
    service_account_login: str = "sa-{name}"
    service_account_keys: frozenset[str] = frozenset()
    tokens_are_users: bool = False
    strangers_lack_permissions: bool = False  # in an organisation that is not theirs; before, it is not found
    ping: object = "Logged in"
    login_redirects: bool = False
    cookies: tuple[Cookie, ...] = (Cookie("grafana_session", 2592000, http_only=True, same_site=True),)
    home_by_uid: bool = True
    preference_keys: tuple[str, ...] = ()
    empty_preferences_left_out: bool = False
    import_keys: frozenset[str] = frozenset({"uid", "folderUid", "importedRevision", "revision"})
    import_names_result: bool = True
    data_source_keys: frozenset[str] = frozenset({"uid", "typeName"})


_RIGHTS = frozenset({"canDelete", "folderUid", "annotationsPermissions"})
_PUBLIC = frozenset({"hasPublicDashboard", "publicDashboardAccessToken", "publicDashboardUid", "publicDashboardEnabled"})

NINE = Generation(
    number=9,
    version="9.3.2",
    refusals=refusals.NINE,
    trace_id="",
    meta_keys=_RIGHTS | _PUBLIC | {"provisionedExternalId"},
    annotation_rights=AnnotationRights.DASHBOARD_FOR_ALL,
    preference_keys=("homeDashboardUID", "timezone", "weekStart", "locale", "navbar", "queryHistory"),
)
EIGHT = replace(
    NINE,
    number=8,
    version="8.5.15",
    refusals=refusals.EIGHT,
    trace_id="0" * 32,
    permissions_named=False,
    folder_keys=frozenset({"canDelete"}),
    folder_delete_answer="title and id",
    meta_keys=_RIGHTS | {"provisionedExternalId"},
    annotation_rights=AnnotationRights.NOBODY,
    home_marked=True,
    search_dashboard_uids=False,
    history_by_uid=False,
    history_list_key="",
    history_one_key="",
    service_accounts=False,
    home_by_uid=False,
    preference_keys=("timezone", "weekStart", "navbar"),
    import_keys=frozenset({"uid", "importedRevision", "revision"}),
)
SEVEN = replace(
    EIGHT,
    number=7,
    version="7.5.17",
    refusals=refusals.SEVEN,
    trace_id=None,
    body_errors=BodyErrors.LISTED,
    folder_rule=FolderRule.ID_ONLY,
    folder_keys=frozenset(),
    meta_keys=frozenset({"provisionedExternalId"}),
    slug_routes=True,
    preference_keys=("timezone",),
    import_keys=frozenset({"importedRevision", "revision"}),
    data_source_keys=frozenset({"uid"}),
)
SIX = replace(
    SEVEN,
    number=6,
    version="6.7.4",
    refusals=refusals.SIX,
    commit="NA",
    body_errors=BodyErrors.LISTED_WITH_REQUIRED,
    unknown_get_is_a_page=True,
    min_refresh=None,
    delete_answer_names="",
    folder_delete_answer="title",
    home_page=6,
    hit_keys=frozenset({"slug"}),
    search_limits_by_id=True,
    key_answer_has_id=False,
    cookies=(Cookie("grafana_session", 2595600, http_only=True, same_site=True),),
    data_source_keys=frozenset(),
)
FIVE = replace(
    SIX,
    number=5,
    version="5.4.5",
    refusals=refusals.FIVE,
    unknown_get_is_a_page=False,
    meta_keys=frozenset(),
    home_page=5,
    hit_keys=frozenset(),
    search_pages=False,
    search_limits_by_id=False,
    ping=None,
    cookies=(
        Cookie("grafana_sess", None, http_only=True, same_site=False),
        Cookie("grafana_user", 604800, http_only=False, same_site=False),
        Cookie("grafana_remember", 604800, http_only=False, same_site=False),
    ),
    import_names_result=False,
)
TWELVE = replace(
    NINE,
    number=12,
    version="12.4.0",
    refusals=refusals.TWELVE,
    slug=slugs.hexed,
    trace_id=None,
    folder_rule=FolderRule.UNIFIED,
    names_unique=False,
    identical_save_is_a_version=False,
    numbers_are_doubles=True,
    answer_names_folder=True,
    large_ids=True,
    delete_answer_names="uid",
    authors_shown_after_update=True,
    nested_folders=True,
    folder_uid_can_change=False,
    folder_keys=frozenset({"canDelete", "orgId"}),
    folder_delete_answer="message",
    new_folder_rights_lag=True,
    meta_keys=_RIGHTS | {"provisionedExternalId", "apiVersion"},
    annotation_rights=AnnotationRights.BY_ROLE,
    home_page=12,
    hit_keys=frozenset({"slug", "sortMeta", "orgId", "isDeleted"}),
    search_ties_backwards=True,
    search_folder_ids=False,
    search_folder_uids=True,
    tags_by_count=True,
    history_by_id=False,
    history_pages=True,
    history_list_key="uid",
    api_keys=False,
    service_account_login="sa-{organisation}-{name}",
    service_account_keys=frozenset({"uid"}),
    tokens_are_users=True,
    strangers_lack_permissions=True,
    ping=MappingProxyType({"message": "Logged in"}),
    login_redirects=True,
    cookies=(
        Cookie("grafana_session", 2592000, http_only=True, same_site=True),
        Cookie("grafana_session_expiry", 2592000, http_only=False, same_site=True),
    ),
    empty_preferences_left_out=True,
    import_keys=frozenset({"uid", "folderUid"}),
)

GENERATIONS: Mapping[int, Generation] = MappingProxyType(
    {generation.number: generation for generation in (FIVE, SIX, SEVEN, EIGHT, NINE, TWELVE)}
)
