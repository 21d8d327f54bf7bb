"""What tells one generation of Grafana from another, as a value.

In: nothing. Out: `Generation`, whose fields say what a server has and how it answers; the generations themselves stand
in generations.py. Every field is a recorded fact (transcripts) unless its comment says that it was read in the source
(reference, by section).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from provisioner.sandbox import slugs
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


class SaveRule(Enum):
    """How POST /api/dashboards/db finds what it is to replace, and decides."""

    BY_SLUG = "by numeric id, else by slug: no uid, no folders (2 to 4)"
    BY_UID = "by numeric id or uid, with names unique in a folder or not (5 to 13.0)"
    CREATE_OR_REPLACE = "by uid, through the resource API (13.1)"


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

    # Errors, unknown routes and routes that not all have
    health: bool = True
    preferences: bool = True
    imports: bool = True
    trace_id: str | None = None
    body_errors: BodyErrors = BodyErrors.PLAIN
    unknown_get_is_a_page: bool = False
    permissions_named: bool = True  # 403 names the permission (role-based access control)

    # Saving
    save_rule: SaveRule = SaveRule.BY_UID
    first_version: int = 1
    taken_over_counts_on: bool = True  # what overwrites by name goes on from the version of the other
    dashboard_is_typed: bool = False  # a dashboard that is no object is told by the decoder of the body
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
    folder_levels: int = 0  # how many folders may lie in each other; where they nest
    folder_uid_can_change: bool = True
    folder_keys: frozenset[str] = frozenset({"canDelete", "parentUid"})
    folder_delete_answer: str = "empty"  # "title", "title and id", "empty" or "message"
    new_folder_rights_lag: bool = False

    # Reading
    meta_only: frozenset[str] | None = None  # the keys of a `meta`, where they are few
    meta_keys: frozenset[str] = frozenset()
    annotation_rights: AnnotationRights = AnnotationRights.BY_ROLE
    slug_routes: bool = False
    home_marked: bool = False
    home_page: int = 7  # whose home page: that of 2, 4, 5, 6, 7 or 12

    # Search
    hits_by_slug: bool = False  # no uid, no address; text, tag and stars are all that can be asked for
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

    # The trash by the dashboard API, where the server has it switched on (11.1 to 11.6; reference 2.3)
    trash_switch: bool = False

    # The resource API: versions of its groups, the preferred first; none where there is no /apis
    resource_versions: tuple[str, ...] = ()
    folder_versions: tuple[str, ...] = ()
    resource_watch: bool = False  # reference 5.2: not recorded

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
