"""One Grafana organisation behind one door: `open_grafana` gives a `core.ports.Grafana`, whatever the server speaks."""

from provisioner.grafana.opening import OpenGrafana, open_grafana
from provisioner.grafana.waiting import Waiting

__all__ = ["OpenGrafana", "Waiting", "open_grafana"]
