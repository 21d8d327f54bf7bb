"""The generations of Grafana that the sandbox can be, each a value that says in what it differs.

In: a number (2, 4, 5, 6, 7, 8, 9, 11, 12, 13). Out: a frozen `Generation`. Handlers ask the value, they never compare
numbers. 2 to 9 and 12 are held to recorded servers (transcripts); 11 and 13 were read in the source and documentation
(reference, by section) and are what 9 and 12 are where nothing else is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from provisioner.sandbox import refusals, slugs
from provisioner.sandbox.generation import AnnotationRights, BodyErrors, Cookie, FolderRule, Generation, SaveRule

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
_SLUG_META = frozenset({"type", "isHome", "canSave", "canEdit", "canStar", "slug", "expires", "created", "updated"})
FOUR = replace(
    FIVE,
    number=4,
    version="4.6.5",
    refusals=refusals.FOUR,
    commit="NA",
    save_rule=SaveRule.BY_SLUG,
    meta_only=_SLUG_META | {"updatedBy", "createdBy", "version"},
    home_page=4,
    hits_by_slug=True,
    import_keys=frozenset({"importedRevision", "revision"}),
)
TWO = replace(
    FOUR,
    number=2,
    version="2.6.0",
    refusals=refusals.TWO,
    health=False,
    preferences=False,
    imports=False,
    first_version=0,
    taken_over_counts_on=False,
    dashboard_is_typed=True,
    meta_only=_SLUG_META,
    home_page=2,
    history_by_id=False,
)
# Not recorded: reference 1.2 (d), 1.5, 2.2 to 2.5, 3.1; the trash is read in `pkg/api/dashboard.go` of 11.
ELEVEN = replace(
    NINE,
    number=11,
    version="11.6.0",
    refusals=refusals.ELEVEN,
    names_unique=False,
    answer_names_folder=True,
    delete_answer_names="uid",
    nested_folders=True,
    folder_levels=5,
    folder_uid_can_change=False,
    folder_keys=frozenset({"canDelete"}),
    folder_delete_answer="message",
    meta_keys=_RIGHTS | {"provisionedExternalId"},
    annotation_rights=AnnotationRights.BY_ROLE,
    hit_keys=frozenset({"slug", "sortMeta", "isDeleted"}),
    search_folder_uids=True,
    service_account_login="sa-{organisation}-{name}",
    ping=MappingProxyType({"message": "Logged in"}),
    trash_switch=True,
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
    folder_levels=5,
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
    resource_versions=("v1beta1", "v0alpha1", "v2beta1", "v2alpha1"),
    folder_versions=("v1beta1",),
)
# Not recorded: reference 1.2 (f), 1.3, 5.1, 5.2; everything else is as in 12.
THIRTEEN = replace(
    TWELVE,
    number=13,
    version="13.1.0",
    refusals=refusals.THIRTEEN,
    save_rule=SaveRule.CREATE_OR_REPLACE,
    resource_versions=("v1", "v0alpha1", "v1beta1", "v2", "v2beta1", "v2alpha1"),
    folder_versions=("v1", "v1beta1"),
    resource_watch=True,
)

GENERATIONS: Mapping[int, Generation] = MappingProxyType(
    {generation.number: generation for generation in (TWO, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE, ELEVEN, TWELVE, THIRTEEN)}
)
