"""The alerts of deploy/monitoring where Kubernetes needs them in another wrapping. Run it after a change: `python -m tests.deploy.alerts`.

In: deploy/monitoring/alerts.yaml, the truth. Out: the PrometheusRule of the Kustomize component, and the chart's copy.
"""

from __future__ import annotations

from pathlib import Path

from tests.deploy.places import CHART, DEPLOY, KUBERNETES

ALERTS = DEPLOY / "monitoring" / "alerts.yaml"
RULE = KUBERNETES / "components" / "monitoring" / "prometheusrule.yaml"
COPY = CHART / "files" / "alerts.yaml"

HEAD = """# Made from deploy/monitoring/alerts.yaml by tests/deploy/alerts.py; a test holds them equal.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: provisioner
spec:
"""


def wanted() -> dict[Path, str]:
    """Each file, as it should be."""
    text = ALERTS.read_text(encoding="utf-8")
    body = text[text.index("groups:") :]
    return {RULE: HEAD + "".join(f"  {line}".rstrip() + "\n" for line in body.splitlines()), COPY: text}


def main() -> None:
    """Writes them."""
    for place, text in wanted().items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
