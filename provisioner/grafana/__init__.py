"""One Grafana organisation behind one door: `open_grafana` gives a `core.dialect.Grafana`, whatever the server speaks."""

from provisioner.grafana.client import OnRequest
from provisioner.grafana.examining import examine
from provisioner.grafana.opening import OpenGrafana, open_grafana
from provisioner.grafana.sessions import Sessions
from provisioner.grafana.waiting import Waiting

__all__ = ["OnRequest", "OpenGrafana", "Sessions", "Waiting", "examine", "open_grafana"]
