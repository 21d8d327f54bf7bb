"""What a Grafana says when it refuses, one value per generation.

In: nothing. Out: `Refusals`, a table of statuses and words; `Refused`, raised by a handler to answer with one of
them. The words are those of the recorded servers (transcripts grafana-*, orgs-and-provisioned-*); it never decides
who is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: HTTP status and body.

    `word` is the body's `status`; `traced` ones carry a `traceID` where the generation adds one; those with a
    `message_id` are the typed errors of 10 and later (`bare`: without `extra` and `traceID`).
    """

    status: int
    message: str
    word: str = ""
    traced: bool = False
    message_id: str = ""
    bare: bool = False

    def about(self, **values: object) -> Refusal:
        """The same refusal with the placeholders of its message filled."""
        return replace(self, message=self.message.format(**values))


class Refused(Exception):
    """Answer this request with a refusal; nothing was written."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


_WRITTEN_BETWEEN = "The dashboard has been changed by someone else"
_NO_SUCH_FOLDER = "Folder not found"
_FOLDER_CHANGED = "the folder has been changed by someone else"
_TOO_DEEP = "Maximum nested folder depth reached"


@dataclass(frozen=True, slots=True)
class Refusals:
    """Every refusal of one generation; the defaults are those of 9.3.2. None: this generation does not refuse that."""

    no_route: Refusal = Refusal(404, "Not found")
    unauthorized: Refusal = Refusal(401, "Unauthorized")
    wrong_password: Refusal = Refusal(401, "invalid username or password", traced=True)
    bad_token: Refusal = Refusal(401, "invalid API key", traced=True)
    login_failed: Refusal = Refusal(401, "Invalid username or password", traced=True)
    other_organisation: Refusal | None = None
    denied: Refusal = Refusal(403, "Permission denied")
    save_denied: Refusal = Refusal(403, "Access denied to save dashboard", traced=True)
    dashboard_denied: Refusal = Refusal(403, "Access denied to this dashboard")
    folder_denied: Refusal = Refusal(403, "Access denied", traced=True)

    bad_request: Refusal = Refusal(400, "bad request data", traced=True)
    title_empty: Refusal = Refusal(400, "Dashboard title cannot be empty", "empty-name")
    title_too_long: Refusal | None = None
    message_too_long: Refusal | None = None
    tag_too_long: Refusal | None = None
    too_large: Refusal | None = None
    use_folders_route: Refusal | None = None
    folder_in_folder: Refusal = Refusal(400, "A Dashboard Folder cannot be added to another folder")
    uid_illegal: Refusal = Refusal(400, "uid contains illegal characters")
    uid_too_long: Refusal = Refusal(400, "uid too long, max 40 characters")
    id_unknown: Refusal = Refusal(404, "Dashboard not found", "not-found")
    folder_uid_unknown: Refusal | None = Refusal(400, _NO_SUCH_FOLDER, traced=True)
    folder_uid_general: Refusal | None = None
    folder_id_unknown: Refusal = Refusal(404, _NO_SUCH_FOLDER, traced=True)
    same_uid: Refusal = Refusal(400, "A dashboard with the same uid already exists")
    other_kind: Refusal | None = Refusal(400, "Dashboard cannot be changed to a folder")
    version_mismatch: Refusal = Refusal(412, _WRITTEN_BETWEEN, "version-mismatch")
    name_is_a_folders: Refusal = Refusal(400, "Dashboard name cannot be the same as folder", "name-match")
    name_exists: Refusal = Refusal(412, "A dashboard with the same name in the folder already exists", "name-exists")
    provisioned: Refusal | None = Refusal(400, "Cannot save provisioned dashboard")
    provisioned_delete: Refusal | None = Refusal(400, "provisioned dashboard cannot be deleted", traced=True)
    dashboard_missing: Refusal = Refusal(404, "Dashboard not found", traced=True)
    slug_ambiguous: Refusal = Refusal(412, "Multiple dashboards with the same slug exists", "multiple-slugs-exists")

    folder_missing: Refusal = Refusal(404, "folder not found", "not-found")
    folder_title_empty: Refusal = Refusal(400, "folder title cannot be empty")
    folder_title_taken: Refusal | None = Refusal(409, "a folder or dashboard in the general folder with the same name already exists")
    folder_general: Refusal | None = Refusal(400, "A folder with that name already exists", traced=True)
    folder_uid_reserved: Refusal | None = None
    folder_in_itself: Refusal | None = None
    folder_exists: Refusal = Refusal(412, _FOLDER_CHANGED, "version-mismatch")
    folder_stale: Refusal = Refusal(412, _FOLDER_CHANGED, "version-mismatch")
    folder_too_deep: Refusal = Refusal(400, _TOO_DEEP)
    folder_moved_too_deep: Refusal = Refusal(400, _TOO_DEEP)

    version_missing: Refusal = Refusal(500, "Dashboard version {version} not found for dashboardId {dashboard}", traced=True)
    restore_missing: Refusal = Refusal(404, "Dashboard version not found", traced=True)
    history_of_nobody: Refusal = Refusal(400, "failed to get dashboard by UID", traced=True)
    limit_too_high: Refusal | None = Refusal(422, "Limit is above maximum allowed (5000), use page parameter to access hits beyond limit")
    organisation_missing: Refusal = Refusal(404, "Organization not found", traced=True)
    organisation_taken: Refusal = Refusal(409, "Organization name taken", traced=True)
    user_missing: Refusal = Refusal(404, "user not found", traced=False)
    user_taken: Refusal = Refusal(412, "User with email or username already exists", traced=True)
    service_account_missing: Refusal = Refusal(404, "service account not found", traced=True)
    key_taken: Refusal = Refusal(409, "API key name already exists", traced=True)
    import_empty: Refusal = Refusal(422, "Dashboard must be set", traced=True)
    import_input_missing: Refusal = Refusal(500, "Failed to save dashboard", traced=True)
    data_source_missing: Refusal = Refusal(404, "Data source not found", traced=True)


_FAILED_TO_SAVE = Refusal(500, "Failed to save dashboard")

NINE = Refusals()
EIGHT = NINE
SEVEN = replace(
    EIGHT,
    title_empty=replace(EIGHT.title_empty, word=""),
    name_is_a_folders=replace(EIGHT.name_is_a_folders, word=""),
    folder_uid_unknown=None,
    folder_title_taken=Refusal(400, "a folder or dashboard in the general folder with the same name already exists"),
    provisioned=None,
)
SIX = replace(
    SEVEN,
    wrong_password=Refusal(401, "Invalid username or password"),
    bad_token=Refusal(401, "Invalid API key"),
    uid_too_long=Refusal(400, "uid to long. max 40 characters"),
    folder_id_unknown=_FAILED_TO_SAVE,
    provisioned_delete=Refusal(400, "Dashboard cannot be deleted because it was provisioned"),
    folder_missing=Refusal(404, "Folder not found", "not-found"),
    folder_title_empty=Refusal(400, "Folder title cannot be empty"),
    folder_title_taken=Refusal(400, "A folder or dashboard in the general folder with the same name already exists"),
    folder_general=Refusal(500, "Folder API error"),
    folder_exists=Refusal(412, "The folder has been changed by someone else", "version-mismatch"),
    folder_stale=Refusal(412, "The folder has been changed by someone else", "version-mismatch"),
    user_missing=Refusal(404, "User not found"),
)
FIVE = replace(
    SIX,
    provisioned=Refusal(400, "Cannot save provisioned dashboard"),
    provisioned_delete=None,
    limit_too_high=None,
)
FOUR = replace(
    FIVE,
    save_denied=FIVE.denied,
    dashboard_denied=FIVE.denied,
    name_exists=Refusal(412, "A dashboard with the same name already exists", "name-exists"),
)
TWO = replace(FOUR, title_empty=Refusal(500, ""))
_TITLE_TOO_LONG = Refusal(400, "Dashboard title cannot contain more than 5 000 characters", "title-too-long")
_MESSAGE_TOO_LONG = Refusal(400, "Dashboard message cannot contain more than 500 characters")
_USE_FOLDERS_ROUTE = Refusal(400, "Use folders endpoint for saving folders.")
_WRONG_PASSWORD = Refusal(401, "Invalid username or password", message_id="password-auth.failed")
ELEVEN = replace(
    NINE,
    unauthorized=Refusal(401, "Unauthorized", message_id="auth.unauthorized"),
    wrong_password=_WRONG_PASSWORD,
    bad_token=Refusal(401, "Invalid API key", message_id="api-key.invalid"),
    login_failed=replace(_WRONG_PASSWORD, bare=True),
    other_organisation=Refusal(401, "API key does not belong to the requested organization", message_id="api-key.organization-mismatch"),
    title_too_long=_TITLE_TOO_LONG,
    message_too_long=_MESSAGE_TOO_LONG,
    use_folders_route=_USE_FOLDERS_ROUTE,
    folder_title_taken=None,
    folder_exists=Refusal(409, "a folder with the same uid already exists"),
    history_of_nobody=Refusal(404, "Dashboard not found"),
)
TWELVE = replace(
    NINE,
    unauthorized=Refusal(401, "Unauthorized", message_id="auth.unauthorized"),
    wrong_password=_WRONG_PASSWORD,
    bad_token=Refusal(401, "Invalid API key", message_id="api-key.invalid"),
    login_failed=replace(_WRONG_PASSWORD, bare=True),
    other_organisation=Refusal(
        401,
        "API key does not belong to the requested organization",
        message_id="api-key.organization-mismatch",
    ),
    title_too_long=_TITLE_TOO_LONG,
    message_too_long=Refusal(400, "message too long, max 500 characters"),
    tag_too_long=Refusal(400, "dashboard tag too long, max 50 characters"),
    too_large=Refusal(413, "Dashboard is too large, max is 16 MB"),
    use_folders_route=_USE_FOLDERS_ROUTE,
    folder_uid_unknown=Refusal(400, "folder not found"),
    folder_uid_general=Refusal(404, 'folders.folder.grafana.app "general" not found'),
    folder_id_unknown=Refusal(400, "folder not found"),
    other_kind=None,
    folder_title_taken=None,
    folder_general=None,
    folder_uid_reserved=Refusal(500, "Folder API error: invalid uid for folder provided"),
    folder_in_itself=Refusal(500, "cannot move folder under its own descendant, this would create a circular reference"),
    folder_exists=Refusal(412, _FOLDER_CHANGED),
    folder_stale=Refusal(412, _WRITTEN_BETWEEN),
    folder_too_deep=Refusal(500, "Folder API error: folder max depth exceeded, max depth is 4"),
    history_of_nobody=Refusal(404, "Dashboard not found"),
    import_input_missing=Refusal(400, "Dashboard input variable: {name} missing from import command"),
)
THIRTEEN = replace(
    TWELVE,
    title_empty=Refusal(400, "Dashboard spec is missing required title property"),
    version_mismatch=Refusal(409, "Dashboard already exists. Use overwrite flag to update."),
    id_unknown=Refusal(404, "Dashboard not found"),
)
