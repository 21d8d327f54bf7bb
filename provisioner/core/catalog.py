"""The catalogue of problems: every code, what it means, how much it weighs by default, and what to do.

In: nothing. Out: `RULES`, and `problem()`, the only way to make one with a known code. docs/problems.md is made from here. Codes are a
promise: they are never reused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from provisioner.core.problems import Problem, Severity


class Area(StrEnum):
    """Where a problem comes from; the chapters of docs/problems.md."""

    SOURCE = "Sources"
    SYNTAX = "Files"
    DOCUMENT = "Documents"
    CONTENT = "Contents of a dashboard"
    INPUT = "Inputs and data sources"
    IDENTITY = "Identity and folders"
    CONFIGURATION = "Configuration"


@dataclass(frozen=True, slots=True)
class Rule:
    """One code. `explanation` says what it means and why it matters; `remedy` what to do when the problem itself knows nothing better."""

    code: str
    area: Area
    severity: Severity
    title: str
    explanation: str
    remedy: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

_SOURCE = (
    Rule(
        "file-unreadable",
        Area.SOURCE,
        _E,
        "A file cannot be read",
        "The operating system or git refuses to give the bytes. Whatever the file held is left on the server as it is.",
        "give the provisioner permission to read it, or take it out with an exclude",
    ),
    Rule(
        "file-too-large",
        Area.SOURCE,
        _E,
        "A file is larger than the limit",
        "Grafana refuses bodies over 16 MiB and objects over 10 MiB; a file over the limit is not read at all.",
        "split the dashboard, or raise limits.file_bytes of the source",
    ),
    Rule(
        "too-many-files",
        Area.SOURCE,
        _E,
        "A source holds more than the limit",
        "The number of files or their sum is over the limit. The files beyond it are not read, so nothing can be known to be gone.",
        "narrow path or include, or raise limits.files or limits.total_bytes of the source",
    ),
    Rule(
        "path-unsafe",
        Area.SOURCE,
        _E,
        "A path leaves the tree or cannot be written plainly",
        "A path with `..`, a leading slash, a control character or bytes that are not UTF-8 is not followed.",
        "rename the file",
    ),
    Rule(
        "link-outside",
        Area.SOURCE,
        _E,
        "A symbolic link leaves the tree",
        "Links are followed only inside the source's own path; this one points elsewhere, nowhere, or to itself.",
        "replace the link by the file, or take it out with an exclude",
    ),
    Rule(
        "submodule-passed-over",
        Area.SOURCE,
        _N,
        "A submodule is not followed",
        "Submodules are never fetched: they could point anywhere.",
        "state the other repository as a source of its own",
    ),
    Rule(
        "store-rebuilt",
        Area.SOURCE,
        _N,
        "The copy of a repository was made anew",
        "The local store was damaged (a crash, a full disk) and was fetched again. Nothing is lost.",
        "nothing, unless it happens often: then look at the disk",
    ),
    Rule(
        "source-empty",
        Area.SOURCE,
        _W,
        "A source has no file that counts",
        "No file matches include and exclude under the source's path. Nothing is ever deleted because of an empty source.",
        "check path, include and exclude of the source",
    ),
)

_IDENTITY = (
    Rule(
        "uid-duplicate",
        Area.IDENTITY,
        _E,
        "Two files have one uid",
        "The order of saves would decide which of them a server shows. Neither is applied while both exist; what is live stays.",
        "give one of them another uid",
    ),
    Rule(
        "uid-derived",
        Area.IDENTITY,
        _N,
        "A uid is derived from the path",
        "The file names no uid. One is derived from the source's name and the path, and stays the same as long as they do.",
        "write the uid into the file, so that it survives a rename",
    ),
    Rule(
        "title-duplicate",
        Area.IDENTITY,
        _W,
        "Two dashboards of one folder have one title",
        "Grafana up to 11.2 refuses the second one (`name-exists`); later ones show two of the same name.",
        "give one of them another title",
    ),
    Rule(
        "folder-invalid",
        Area.IDENTITY,
        _E,
        "A `_folder` file says something that cannot be",
        "Its uid or title cannot be used. The dashboards below are not applied, because their folder is not known.",
        "mend the `_folder` file",
    ),
    Rule(
        "folder-duplicate",
        Area.IDENTITY,
        _E,
        "Two directories have one folder uid",
        "Neither is applied while both exist.",
        "give one of the `_folder` files another uid",
    ),
    Rule(
        "live-unreadable",
        Area.IDENTITY,
        _E,
        "A dashboard is on the server but may not be read",
        "Without reading it nobody knows what a write would destroy, so it is left alone.",
        "give the credential the permission dashboards:read on it",
    ),
    Rule(
        "version-unsupported",
        Area.IDENTITY,
        _E,
        "The dashboard's form cannot be written yet",
        "Dashboards in the forms v2alpha1, v2beta1 and v2 are taken by the resource API alone (Grafana 12 and later).",
        "keep it as v1 or classic JSON until then",
    ),
    Rule(
        "folder-ignored",
        Area.IDENTITY,
        _N,
        "The folder that a file names is not used",
        "The directory decides the folder. The file's wrapper names another one.",
        "move the file, or take the folder out of its wrapper",
    ),
)

_INPUT = (
    Rule(
        "input-unfilled",
        Area.INPUT,
        _E,
        "An input has no value",
        "`${NAME}` would be stored as dead text and the panels would show nothing. A warning while no target is named.",
        "map it under datasources or variables of the target",
    ),
    Rule(
        "input-undeclared",
        Area.INPUT,
        _W,
        "An input is used but not declared",
        "`${DS_…}` or `${VAR_…}` is used, but `__inputs` does not have it.",
        "declare it under `__inputs`, or map it by name",
    ),
    Rule(
        "data-sources-forbidden",
        Area.INPUT,
        _W,
        "Data sources cannot be listed",
        "Without the permission `datasources:read` nothing is filled from the server: only the mapping counts.",
        "give the token the permission datasources:read, or map each input",
    ),
    Rule(
        "data-source-unknown",
        Area.INPUT,
        _W,
        "A mapped data source is not on the server",
        "The mapping names a uid that the server does not list.",
        "correct the mapping, or make the data source",
    ),
)

_CONFIGURATION = (
    Rule(
        "config-unreadable",
        Area.CONFIGURATION,
        _E,
        "The configuration cannot be read",
        "The file is missing, not readable or not UTF-8.",
        "name a readable file with -c",
    ),
    Rule(
        "config-syntax",
        Area.CONFIGURATION,
        _E,
        "The configuration is not YAML",
        "Nothing is read or written until it is mended.",
        "mend the line named",
    ),
    Rule(
        "config-unknown-key",
        Area.CONFIGURATION,
        _E,
        "A key is not known",
        "An unknown key is most often a misspelt one, so it is refused.",
        "see docs/configuration.md",
    ),
    Rule(
        "config-value",
        Area.CONFIGURATION,
        _E,
        "A value is not what the key takes",
        "Nothing is read or written until it is mended.",
        "see docs/configuration.md",
    ),
    Rule("config-missing", Area.CONFIGURATION, _E, "A key is missing", "The part cannot work without it.", "add the key"),
    Rule(
        "config-reference",
        Area.CONFIGURATION,
        _E,
        "A name points to nothing",
        "A target names a source that is not stated.",
        "state it, or correct the name",
    ),
    Rule(
        "config-conflict",
        Area.CONFIGURATION,
        _E,
        "Two things are stated that exclude each other",
        "Which of them is meant cannot be known.",
        "leave one of them out",
    ),
    Rule(
        "config-variable-unset",
        Area.CONFIGURATION,
        _E,
        "An environment variable is not set",
        "`${NAME}` in a value stands for an environment variable, and nothing of that name is set.",
        "set it, or write ${NAME:-default}",
    ),
    Rule(
        "config-file-unusable",
        Area.CONFIGURATION,
        _E,
        "A key or certificate file cannot be used",
        "The file that the configuration names is missing, not readable, or holds something else.",
        "name the right file",
    ),
    Rule(
        "secret-unreadable",
        Area.CONFIGURATION,
        _E,
        "A secret cannot be read",
        "The file or the environment variable is not there, empty or not readable.",
        "create it, readable for the provisioner alone",
    ),
    Rule(
        "secret-readable-by-all",
        Area.CONFIGURATION,
        _W,
        "A secret can be read by everybody",
        "Any user of this machine can read the file.",
        "chmod 600 the file",
    ),
    Rule(
        "secret-in-url",
        Area.CONFIGURATION,
        _E,
        "A url carries a password",
        "It would show up in process lists and logs.",
        "use token_file, or user with password_file",
    ),
    Rule(
        "secret-over-http",
        Area.CONFIGURATION,
        _W,
        "A secret travels without TLS",
        "The url is http:// and not on this machine.",
        "use https://",
    ),
)

_SYNTAX = (
    Rule(
        "file-empty",
        Area.SYNTAX,
        _E,
        "A file is empty",
        "It holds nothing, or only white space. Most often something was cut off while it was written.",
        "restore the file, or remove it",
    ),
    Rule(
        "not-utf8",
        Area.SYNTAX,
        _E,
        "A file is not UTF-8",
        "JSON and YAML are read as UTF-8. Guessing another encoding would change texts without a word.",
        "save the file as UTF-8",
    ),
    Rule(
        "byte-order-mark",
        Area.SYNTAX,
        _W,
        "A file begins with a byte order mark",
        "The mark is left out when the file is read; Grafana and other tools may trip over it.",
        "save the file as UTF-8 without a byte order mark",
    ),
    Rule(
        "control-character",
        Area.SYNTAX,
        _E,
        "A file holds a control character",
        "NUL and other control characters have no place in JSON or YAML. The file may be binary, or damaged.",
        "remove the character, or restore the file",
    ),
    Rule(
        "json-syntax",
        Area.SYNTAX,
        _E,
        "A file is not JSON",
        "The file is left alone as a whole, and what is live of it stays as it is.",
        "mend the place named",
    ),
    Rule(
        "yaml-syntax",
        Area.SYNTAX,
        _E,
        "A file is not YAML",
        "The file is left alone as a whole, and what is live of it stays as it is.",
        "mend the place named",
    ),
    Rule(
        "root-not-object",
        Area.SYNTAX,
        _E,
        "A file is neither an object nor a list",
        "A dashboard is an object. A single text or number says nothing that could be provisioned.",
        "restore the file, or take it out with an exclude",
    ),
    Rule(
        "duplicate-key",
        Area.SYNTAX,
        _E,
        "An object has one key twice",
        "Readers disagree on which of the two counts, so that a reviewer may have approved another dashboard than the one shown.",
        "remove one of the two",
    ),
    Rule(
        "number-not-json",
        Area.SYNTAX,
        _E,
        "A number is NaN or infinite",
        "JSON has no such numbers; Grafana refuses the dashboard.",
        "write null or a number",
    ),
    Rule(
        "number-too-large",
        Area.SYNTAX,
        _E,
        "A number is too large",
        "It is beyond what a double holds (about 1.8e308), so no server can store it.",
        "write a smaller number, or put it in quotes if it is text",
    ),
    Rule(
        "surrogate-lone",
        Area.SYNTAX,
        _E,
        "A text holds half a character",
        "A \\uD800 to \\uDFFF escape without its other half is no character and cannot be stored as UTF-8.",
        "write the whole pair, or the character itself",
    ),
    Rule(
        "nesting-too-deep",
        Area.SYNTAX,
        _E,
        "A file is nested too deeply",
        "A value lies inside more than 64 objects and lists. Real dashboards stay under 25.",
        "flatten it",
    ),
    Rule(
        "merge-marker",
        Area.SYNTAX,
        _E,
        "A merge conflict was committed",
        "The lines <<<<<<<, ======= and >>>>>>> are what git leaves for a person to resolve.",
        "resolve the conflict and commit the result",
    ),
    Rule(
        "template-unrendered",
        Area.SYNTAX,
        _E,
        "A file is a template",
        "It holds Go, Helm or Jinja directives that were never filled in. Only the result can be provisioned.",
        "commit the rendered dashboard, or take the template out with an exclude",
    ),
    Rule(
        "lfs-pointer",
        Area.SYNTAX,
        _E,
        "A file is a Git LFS pointer",
        "The repository holds only a reference; the content lies in Git LFS, which is not fetched.",
        "store dashboards in git itself: git lfs untrack them, and commit them anew",
    ),
    Rule(
        "yaml-tag",
        Area.SYNTAX,
        _E,
        "A YAML value has a tag",
        "Tags (!!str, !Ref, ...) turn a value into something that JSON cannot say, so none is followed.",
        "remove the tag, and put the value in quotes if it is text",
    ),
    Rule(
        "yaml-key",
        Area.SYNTAX,
        _E,
        "A YAML key is not text",
        "Keys of JSON objects are texts. A list or an object cannot be one.",
        "write the key as text; a value that begins with { or [ stands in quotes",
    ),
    Rule(
        "yaml-alias",
        Area.SYNTAX,
        _E,
        "A YAML alias cannot be followed",
        "It names an anchor that is not there, or that contains the alias itself.",
        "write the value out",
    ),
    Rule(
        "yaml-expansion",
        Area.SYNTAX,
        _E,
        "YAML aliases grow without bounds",
        "Written out, the aliases would make the file many times larger than any dashboard. Such files are made to exhaust a reader.",
        "write the values out",
    ),
)
_DOCUMENT = (
    Rule(
        "file-large",
        Area.DOCUMENT,
        _N,
        "A file is larger than 1 MiB",
        "Dashboards of this size load and save slowly, and a proxy in front of Grafana may refuse them.",
        "split the dashboard",
    ),
    Rule(
        "resource-name-missing",
        Area.DOCUMENT,
        _E,
        "A resource has no metadata.name",
        "The name of a resource is the dashboard's uid. Without it nobody can tell which dashboard is meant.",
        "add metadata.name",
    ),
    Rule(
        "resource-name-invalid",
        Area.DOCUMENT,
        _E,
        "A resource's metadata.name cannot be a uid",
        "A uid has at most 40 characters: letters, digits, '-' and '_'.",
        "give the resource another name",
    ),
    Rule(
        "resource-spec-missing",
        Area.DOCUMENT,
        _E,
        "A resource has no spec",
        "The dashboard itself stands under spec, as an object.",
        "put the dashboard under spec",
    ),
    Rule(
        "resource-version-unknown",
        Area.DOCUMENT,
        _E,
        "A resource has an apiVersion that is not known",
        "Known are v0alpha1, v1alpha1, v1beta1, v1, v2alpha1, v2beta1 and v2 of dashboard.grafana.app.",
        "use one of the versions known",
    ),
    Rule(
        "uid-differs",
        Area.DOCUMENT,
        _W,
        "Wrapper and dashboard name two uids",
        "The wrapper decides, as it does in the tool it was written for.",
        "take the uid out of the dashboard, or make both equal",
    ),
    Rule(
        "content-elsewhere",
        Area.DOCUMENT,
        _W,
        "A manifest holds no dashboard, only where it is",
        "Only dashboards that stand in the file are provisioned; nothing is downloaded, unpacked or computed.",
        "put the dashboard's JSON into the repository",
    ),
    Rule(
        "folder-key-unknown",
        Area.DOCUMENT,
        _W,
        "A `_folder` file has a key that is not known",
        "Known are title, uid and description. The key is passed over.",
        "correct or remove the key",
    ),
)
_CONTENT: tuple[Rule, ...] = (
    Rule(
        "title-invalid",
        Area.CONTENT,
        _E,
        "The title is missing or cannot be used",
        "Grafana refuses a dashboard without a title, with a blank one, or with one of over 5000 bytes.",
        "give the dashboard a title",
    ),
    Rule(
        "uid-invalid",
        Area.CONTENT,
        _E,
        "The uid cannot be used",
        "Grafana takes letters, digits, - and _, at most 40 of them, and refuses everything else.",
        "change the uid, or take it out: then one is derived from the path",
    ),
    Rule(
        "tag-invalid",
        Area.CONTENT,
        _E,
        "A tag cannot be used",
        "A tag is a text of at most 50 bytes; the server has no room for a longer one.",
        "shorten the tag",
    ),
    Rule(
        "refresh-invalid",
        Area.CONTENT,
        _E,
        "The refresh interval is no duration",
        "Grafana 7.2 and later refuse a refresh that they cannot read.",
        'write a duration such as "30s", "1m" or "1h30m", or "" for none',
    ),
    Rule(
        "refresh-too-short",
        Area.CONTENT,
        _W,
        "The refresh interval is below the usual minimum",
        "Servers refuse or raise what is below their `min_refresh_interval`, which is 5s unless set otherwise.",
        "write 5s or more, or set this code to off where the servers allow less",
    ),
    Rule(
        "field-invalid",
        Area.CONTENT,
        _E,
        "A field has a value that it cannot have",
        "No version of Grafana reads such a value there, or a field is missing that it cannot do without.",
        "write what is expected",
    ),
    Rule(
        "spec-mismatch",
        Area.CONTENT,
        _E,
        "The wrapper and the dashboard are of different generations",
        "A dashboard with elements and layout is v2, one with panels is not. Wrapped wrongly, it would be kept and show nothing.",
        "correct apiVersion",
    ),
    Rule(
        "id-set",
        Area.CONTENT,
        _N,
        "The file carries a server's own number",
        "`id` belongs to the server that the file was exported from; elsewhere it may be a stranger's. It is never sent.",
        "take id out of the file",
    ),
    Rule(
        "schema-version-old",
        Area.CONTENT,
        _N,
        "The dashboard is of an older generation",
        "Grafana migrates it whenever it is opened, and the first save on the page stores the migrated form: a large difference.",
        "open it in Grafana, save it, and keep what it exports",
    ),
    Rule(
        "schema-version-new",
        Area.CONTENT,
        _N,
        "The dashboard is of a generation not yet known here",
        "It was made by a Grafana newer than this provisioner knows. An older Grafana may show less of it.",
        "check that the target is as new as the server it comes from",
    ),
    Rule(
        "schema-version-invalid",
        Area.CONTENT,
        _W,
        "schemaVersion is not a whole number",
        "Grafana reads it as 0 and runs every migration since the first on the dashboard, which may spoil it.",
        "write the number that the dashboard was exported with",
    ),
    Rule(
        "key-misspelt",
        Area.CONTENT,
        _W,
        "A key is most likely misspelt",
        "Grafana keeps the key and does nothing with it.",
        "write it as Grafana does",
    ),
    Rule(
        "key-unknown",
        Area.CONTENT,
        _N,
        "A key is not known to Grafana",
        "Grafana keeps the key and does nothing with it. Tools that generate dashboards leave such keys behind.",
        "take it out if nothing needs it",
    ),
    Rule(
        "panels-none",
        Area.CONTENT,
        _W,
        "A dashboard has no panels",
        "It will be shown empty.",
        "add a panel, or take the file out with an exclude",
    ),
    Rule(
        "rows-layout",
        Area.CONTENT,
        _N,
        "The panels are in rows of the old kind",
        "Dashboards had rows up to Grafana 4. Newer ones lay them out on the grid when the dashboard is opened.",
        "open it in Grafana, save it, and keep what it exports",
    ),
    Rule(
        "rows-ignored",
        Area.CONTENT,
        _W,
        "Rows of the old kind that nobody sees",
        "Grafana lays rows out only below schemaVersion 16. From there on it looks at panels alone.",
        "move the panels out of rows, or correct schemaVersion",
    ),
    Rule(
        "rows-and-panels",
        Area.CONTENT,
        _W,
        "A dashboard has both rows and panels",
        "No version of Grafana writes both. What is shown depends on the version.",
        "keep one of them",
    ),
    Rule(
        "panel-id-duplicate",
        Area.CONTENT,
        _W,
        "Two panels have one id",
        "Links, shared views and alerts find only one of them, and Grafana renumbers one when the dashboard is opened.",
        "give one of them an id that no other has",
    ),
    Rule(
        "panel-id-missing",
        Area.CONTENT,
        _N,
        "A panel has no id",
        "Grafana numbers it whenever the dashboard is opened, so links to the panel may break when panels are added.",
        "give each panel an id of its own",
    ),
    Rule(
        "panel-type-missing",
        Area.CONTENT,
        _W,
        "A panel has no type",
        "Grafana shows an error in its place. Only a panel from the library needs no type.",
        'give it a type, such as "timeseries"',
    ),
    Rule(
        "panel-type-replaced",
        Area.CONTENT,
        _N,
        "A panel type that newer Grafana shows as another one",
        "Its plugin was built with AngularJS, which is gone from Grafana 12. Its successor takes over when the dashboard is opened.",
        "open it in Grafana, save it, and keep what it exports",
    ),
    Rule(
        "panel-type-gone",
        Area.CONTENT,
        _W,
        "A panel type that newer Grafana cannot show",
        "Its plugin was built with AngularJS, which is gone from Grafana 12, and no successor takes over by itself.",
        "change the panel to a type that is still there",
    ),
    Rule(
        "panel-off-grid",
        Area.CONTENT,
        _W,
        "A panel stands outside the grid",
        "The grid is 24 columns wide. Grafana moves the panel, or shows nothing of it.",
        "correct x, y, w and h of its gridPos",
    ),
    Rule(
        "panel-options-list",
        Area.CONTENT,
        _N,
        "A panel has a list for options",
        "Some generators write an empty list. Grafana takes it for an empty object.",
        "write {}",
    ),
    Rule(
        "alert-legacy",
        Area.CONTENT,
        _W,
        "An alert inside a panel",
        "Grafana 11 and later ignore alerts of this kind: nobody is told of anything.",
        "make it an alert rule of Grafana, and take it out of the panel",
    ),
    Rule(
        "data-source-by-name",
        Area.CONTENT,
        _N,
        "A data source is given by its name",
        "It works where a data source has this name, and only there.",
        "map the name under datasources of the target, or write type and uid",
    ),
    Rule(
        "data-source-placeholder",
        Area.CONTENT,
        _W,
        "A data source is another tool's placeholder",
        "Grafana does not replace it, so the panels find no data source.",
        "let the other tool write the file, or map the placeholder under datasources of the target",
    ),
    Rule(
        "data-source-default",
        Area.CONTENT,
        _N,
        "Panels use whatever data source is the default",
        "They show something else when somebody changes the server's default.",
        "write type and uid of the data source",
    ),
    Rule(
        "library-panel-embedded",
        Area.CONTENT,
        _N,
        "Library panels that the export brings along",
        "They become panels of the dashboard itself, so that it shows the same on every server.",
        "take __elements out of the file if the server's library has them",
    ),
    Rule(
        "library-panel-outside",
        Area.CONTENT,
        _N,
        "A panel from the server's library",
        "Where the library lacks the panel, Grafana shows an error in its place, and some versions refuse the save.",
        "see to it that the library of each server has it",
    ),
    Rule(
        "library-panel-unnamed",
        Area.CONTENT,
        _W,
        "A library panel that names no uid",
        "Grafana cannot know which panel of the library is meant.",
        "give libraryPanel a uid, or write the panel itself",
    ),
    Rule("variable-unnamed", Area.CONTENT, _W, "A variable has a blank name", "Nothing can refer to it.", "name it, or take it out"),
    Rule(
        "variable-duplicate",
        Area.CONTENT,
        _W,
        "Two variables have one name",
        "Only one of them counts, and which one depends on the version.",
        "rename or remove one of them",
    ),
    Rule(
        "element-missing",
        Area.CONTENT,
        _W,
        "The layout names an element that is not there",
        "Grafana cannot open the dashboard, or shows a gap.",
        "add the element, or take its place out of the layout",
    ),
    Rule(
        "element-unplaced",
        Area.CONTENT,
        _N,
        "An element has no place in the layout",
        "It is kept and not shown.",
        "give it a place, or take it out",
    ),
)

RULES: tuple[Rule, ...] = (*_SOURCE, *_SYNTAX, *_DOCUMENT, *_CONTENT, *_INPUT, *_IDENTITY, *_CONFIGURATION)

BY_CODE: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in RULES})


def problem(  # noqa: PLR0913 - the fields of a problem that its maker knows
    code: str, file: str, message: str, *, remedy: str = "", pointer: str = "", document: int = 0
) -> Problem:
    """A problem with the catalogue's severity, and its remedy where none better is known. KeyError on an unknown code is our bug."""
    rule = BY_CODE[code]
    return Problem(code, rule.severity, file, message, remedy or rule.remedy, pointer=pointer, document=document)


def weighed(problems: tuple[Problem, ...], severities: Mapping[str, Severity]) -> tuple[Problem, ...]:
    """The problems with the severities that the configuration sets by code; those that are set to "off" are gone."""
    if not severities:
        return problems
    changed = (replace(each, severity=severities[each.code]) if each.code in severities else each for each in problems)
    return tuple(each for each in changed if each.severity is not Severity.OFF)
