"""The daemon's face to the outside: one web server, whose address and routes follow the configuration, and the meter that it shows.

In: server settings, the daemon's `Service`. Out: a server that answers, or none where none is stated. A new address is bound before the old
one is let go: a configuration that cannot be listened for is refused while the old one works on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from provisioner import __version__
from provisioner.core.hooks.values import Hook, Judgement, Verdict
from provisioner.core.hooks.wiring import hooks_of
from provisioner.core.model import SourceName
from provisioner.core.ports import Meter, Service
from provisioner.core.report import PassReport
from provisioner.core.secret import Reveal
from provisioner.core.service import ServerSettings
from provisioner.core.settings import Settings
from provisioner.daemon.around import Log

if TYPE_CHECKING:
    from provisioner.web.listening import Bound
    from provisioner.web.metrics import Metrics
    from provisioner.web.serving import Serving


class Unmetered:
    """A `Meter` for who has no server: nobody could read it."""

    def passed(self, report: PassReport, cause: str) -> None:
        """Not counted."""

    def requested(self, target: str, method: str, status: str, seconds: float) -> None:
        """Not counted."""

    def looked_up(self, source: SourceName, outcome: str) -> None:
        """Not counted."""

    def hooked(self, hook: str, verdict: str) -> None:
        """Not counted."""

    def reloaded(self, outcome: str) -> None:
        """Not counted."""


_REFUSED = frozenset({Verdict.UNSIGNED, Verdict.REFUSED, Verdict.FOREIGN, Verdict.LIMITED, Verdict.TOO_LARGE, Verdict.UNREADABLE})


class Front:
    """For the whole life of the daemon; used by its main thread alone, but for what the web asks. The app is made once: what its hooks
    remember of deliveries outlasts a reload.
    """

    def __init__(self, reveal: Reveal) -> None:
        self._reveal = reveal
        self._log: Log | None = None
        self._hooks: tuple[Hook, ...] = ()
        self._metrics: Metrics | None = None
        self._begin: Callable[[Bound], Serving] | None = None
        self._serving: Serving | None = None
        self._address: tuple[str, int] | None = None

    def meter(self, settings: Settings) -> Meter:
        """The one that is shown, where there is a server."""
        return Unmetered() if settings.server.host is None else self._shown

    def reserve(self, server: ServerSettings) -> Bound | None:
        """Binds the address where it is another than the one that is served. Raises AddressUnusable."""
        if server.host is None or (server.host, server.port) == self._address:
            return None
        from provisioner.web.listening import bind  # noqa: PLC0415 - only who has a server pays for web/: a quarter of a second

        return bind(server.host, server.port, None if self._serving is None else self._serving.bound)

    def open(self, settings: Settings, bound: Bound | None, service: Service, log: Log) -> None:
        """Serves this configuration from now on, at the address that was reserved for it."""
        self._log = log
        if settings.server.host is None:
            self.close()
            return
        from provisioner.web.metrics import Names  # noqa: PLC0415 - as above

        targets, sources = (each.name for each in settings.targets), (each.name for each in settings.sources)
        hooks = (each.name for each in settings.server.hooks)
        self._shown.rename(Names(frozenset(targets), frozenset(sources), frozenset(hooks)))
        self._shown.watch(service)
        self._hooks = hooks_of(settings.server.hooks, settings.sources)
        self._begin = self._begin or self._made(service)
        if bound is not None:
            self.close()
            self._serving = self._begin(bound)
            self._address = (settings.server.host, settings.server.port)
            log.info("web.listening", url=self._serving.url, open_to=self._serving.bound.open_to)

    def close(self) -> None:
        """Lets go of the address."""
        if self._serving is not None:
            self._serving.close()
        self._serving = self._address = None

    @property
    def _shown(self) -> Metrics:
        if self._metrics is None:
            from provisioner.web.metrics import Metrics, Names  # noqa: PLC0415 - as above

            self._metrics = Metrics(Names(), __version__)
        return self._metrics

    def _made(self, service: Service) -> Callable[[Bound], Serving]:
        """The one app, to be served at this address and that."""
        from provisioner.web.app import create_app  # noqa: PLC0415 - as above
        from provisioner.web.hooks import Reception, hook_routes  # noqa: PLC0415 - as above
        from provisioner.web.serving import serve  # noqa: PLC0415 - as above

        reception = Reception(lambda: self._hooks, self._reveal, service, self._shown, self._told, self._trouble)
        app = create_app(service, self._shown, hook_routes(reception))
        return lambda bound: serve(bound, app, self._fault)

    def _told(self, hook: str, judgement: Judgement) -> None:
        """One line for a delivery: refused ones may be an attack, or a secret that was changed at one end."""
        if self._log is not None:
            refused = judgement.verdict in _REFUSED
            tell = self._log.warning if refused else self._log.info
            tell(
                "hook.refused" if refused else "hook.received",
                hook=hook,
                verdict=judgement.verdict.value,
                message=judgement.message,
                sources=",".join(judgement.sources),
                ref=judgement.ref,
                commit=judgement.commit[:12],
                delivery=judgement.delivery,
            )

    def _trouble(self, words: str) -> None:
        if self._log is not None:
            self._log.error("hook.unreadable", error=words, next="deliveries are answered 503 until the secret can be read")

    def _fault(self, words: str) -> None:
        if self._log is not None:
            self._log.error("fault", who="web", error=words, next="this is a fault of provisioner, please report it")
