"""The routes of the resource API.

In: requests under /apis. Out: objects, lists and `Status` objects. A version, group or kind that there is not answers
404 as a Status; who asks is found out first, in the organisation of the namespace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioner.sandbox import pages
from provisioner.sandbox.access import NO_ORGANISATION, Deed, NotPermitted, caller_of, permit
from provisioner.sandbox.answers import answer, server_of
from provisioner.sandbox.apis import discovery, statuses
from provisioner.sandbox.apis.changing import Preconditions, create, delete, found, put
from provisioner.sandbox.apis.decoding import decoded
from provisioner.sandbox.apis.kinds import DASHBOARDS, FOLDERS, KINDS, Asked
from provisioner.sandbox.apis.kinship import counts, parents
from provisioner.sandbox.apis.listing import listed
from provisioner.sandbox.apis.patching import PatchFailed, merged, patched
from provisioner.sandbox.apis.searching import searched, with_access
from provisioner.sandbox.apis.sending import sent_of
from provisioner.sandbox.apis.shapes import shown
from provisioner.sandbox.apis.watching import watch
from provisioner.sandbox.content import Unreadable, read
from provisioner.sandbox.server import Server

_MERGE, _JSON_PATCH, _APPLY = "application/merge-patch+json", "application/json-patch+json", "application/apply-patch+yaml"


def _asked(request: Request, deed: Deed | None = None) -> Asked:
    """Who asks for what. StatusRefused: there is no such thing, or not for them."""
    server = server_of(request)
    caller = caller_of(request)
    names: Mapping[str, str] = request.path_params
    kind = discovery.kind_of(names["group"], names["resource"])
    if kind is None or names["version"] not in kind.versions(server.generation):
        raise statuses.no_such_resource()
    if caller.organisation == NO_ORGANISATION:
        raise statuses.StatusRefused(500, "namespace mismatch")
    asked = Asked(server, caller, kind, names["version"], names["namespace"])
    if deed:
        permit(server, caller, deed)
    return asked


def refused_by_role(request: Request, error: NotPermitted) -> statuses.StatusRefused:
    """What somebody is told who may not (Kubernetes; not recorded)."""
    names = request.path_params
    kind = discovery.kind_of(names.get("group", ""), names.get("resource", "")) or DASHBOARDS
    return statuses.forbidden(kind, names.get("name", ""), f"permissions needed: {error.permissions}")


async def _body(asked: Asked, request: Request) -> dict[str, Any]:
    """The object of a request. StatusRefused: it is none."""
    return decoded(asked, await request.body(), strict=request.query_params.get("fieldValidation") == "Strict")


def _is_dry(request: Request) -> bool:
    return "All" in request.query_params.getlist("dryRun")


def _is_lenient(request: Request) -> bool:
    return request.query_params.get("fieldValidation") in {"Ignore", "Warn"}


async def get_groups(request: Request) -> Response:
    """GET /apis."""
    caller_of(request)
    return answer(discovery.groups(server_of(request).generation, request.headers.get("host", "")))


async def get_group(request: Request) -> Response:
    """GET /apis/GROUP."""
    caller_of(request)
    group = discovery.group(server_of(request).generation, request.path_params["group"])
    if group is None:
        raise statuses.no_such_resource()
    return answer(group)


async def get_resources(request: Request) -> Response:
    """GET /apis/GROUP/VERSION."""
    caller_of(request)
    generation, version = server_of(request).generation, request.path_params["version"]
    kind = next((one for one in KINDS if one.group == request.path_params["group"]), None)
    if kind is None or version not in kind.versions(generation):
        raise statuses.no_such_resource()
    return answer(discovery.resources(generation, kind, version))


async def get_list(request: Request) -> Response:
    """GET of a collection: a list, or a watch where there is one (12.4 answers 405)."""
    if request.path_params["resource"] == "search":
        return _search(request)
    asked = _asked(request)
    permit(asked.server, asked.caller, asked.kind.reading)
    if request.query_params.get("watch") in {"1", "true"}:
        if not asked.server.generation.resource_watch:
            raise statuses.not_allowed(asked.kind, f'watch is not supported on resources of kind "{asked.kind.full}"')
        return watch(asked, request)
    return answer(listed(asked, request))


def _search(request: Request) -> Response:
    request.path_params["resource"] = DASHBOARDS.plural
    return answer(searched(_asked(request, DASHBOARDS.reading), request))


async def post_object(request: Request) -> Response:
    """POST: a new object."""
    asked = _asked(request)
    sent = sent_of(asked, await _body(asked, request), lenient=_is_lenient(request))
    return answer(create(asked, sent, dry=_is_dry(request)), 201)


async def get_object(request: Request) -> Response:
    """GET of one object."""
    asked = _asked(request)
    permit(asked.server, asked.caller, asked.kind.reading)
    item = found(asked, request.path_params["name"])
    if asked.server.faults.current.stale_reads:
        shelf = pages.Shelf(asked.server.store, asked.caller.organisation, asked.kind.is_folder)
        earlier = pages.history(shelf, item.uid)[1:2]
        if earlier and asked.server.faults.take("stale_reads"):
            return answer(shown(asked, earlier[0]))
    return answer(shown(asked, item))


async def put_object(request: Request) -> Response:
    """PUT of one object: replaced, or made."""
    asked = _asked(request)
    sent = sent_of(asked, await _body(asked, request), name=request.path_params["name"], lenient=_is_lenient(request))
    status, body = put(asked, sent, dry=_is_dry(request))
    return answer(body, status)


async def patch_object(request: Request) -> Response:
    """PATCH of one object: merge and JSON patches; server-side apply fails as it does on 12.4."""
    asked = _asked(request)
    name, kind = request.path_params["name"], request.headers.get("content-type", "").partition(";")[0]
    permit(asked.server, asked.caller, asked.kind.changing)
    raw = await request.body()
    if kind == _APPLY:
        message = (
            f"failed to convert to unversioned ({asked.namespace}/{name}; {asked.api_version}, Kind={asked.kind.name}): no kind"
            f' "{asked.kind.name}" is registered for the internal version of group "{asked.kind.group}" in scheme'
            ' "pkg/runtime/scheme.go:111"'
        )
        raise statuses.StatusRefused(500, message)
    if kind not in {_MERGE, _JSON_PATCH}:
        message = f"the body of the request was in an unknown format - accepted media types include: {_JSON_PATCH}, {_MERGE}, {_APPLY}"
        raise statuses.StatusRefused(415, message, "UnsupportedMediaType")
    with asked.server.store.transaction():
        before = shown(asked, found(asked, name))
        try:
            change = read(raw)
            after = merged(before, change) if kind == _MERGE else patched(before, change)
        except (Unreadable, PatchFailed) as error:
            raise statuses.bad_request(f"error decoding patch: {error}") from error
        _, body = put(asked, sent_of(asked, after, name=name, lenient=_is_lenient(request)), dry=_is_dry(request))
    return answer(body)


async def delete_object(request: Request) -> Response:
    """DELETE of one object, with preconditions in its body."""
    asked = _asked(request)
    raw = await request.body()
    try:
        body = read(raw)
    except Unreadable as error:
        raise statuses.bad_request(f"error decoding delete options: {error}") from error
    given = body.get("preconditions") if isinstance(body, dict) else None
    held: dict[str, Any] = given if isinstance(given, dict) else {}
    held_to = Preconditions(str(held.get("resourceVersion") or ""), str(held.get("uid") or ""))
    return answer(delete(asked, request.path_params["name"], held_to))


async def get_access(request: Request) -> Response:
    """GET …/NAME/dto: the dashboard with what the caller may do to it."""
    asked = _asked(request, DASHBOARDS.reading)
    if asked.kind is not DASHBOARDS:
        raise statuses.no_such_resource()
    return answer(with_access(asked, found(asked, request.path_params["name"])))


async def get_counts(request: Request) -> Response:
    """GET …/folders/NAME/counts."""
    return answer(counts(_asked(request, FOLDERS.reading), request.path_params["name"]))


async def get_parents(request: Request) -> Response:
    """GET …/folders/NAME/parents."""
    return answer(parents(_asked(request, FOLDERS.reading), request.path_params["name"]))


def routes(server: Server) -> list[Route]:
    """Nothing where there is no resource API."""
    if not server.generation.resource_versions:
        return []
    of_all = "/apis/{group}/{version}/namespaces/{namespace}/{resource}"
    of_one = f"{of_all}/{{name}}"
    discovering = [("/apis", get_groups), ("/apis/{group}", get_group), ("/apis/{group}/{version}", get_resources)]
    return [
        *(Route(path + end, handler, methods=["GET"]) for path, handler in discovering for end in ("", "/")),
        Route(of_all, get_list, methods=["GET"]),
        Route(of_all, post_object, methods=["POST"]),
        Route(of_one, get_object, methods=["GET"]),
        Route(of_one, put_object, methods=["PUT"]),
        Route(of_one, patch_object, methods=["PATCH"]),
        Route(of_one, delete_object, methods=["DELETE"]),
        Route(f"{of_one}/dto", get_access, methods=["GET"]),
        Route(f"{of_one}/counts", get_counts, methods=["GET"]),
        Route(f"{of_one}/parents", get_parents, methods=["GET"]),
    ]
