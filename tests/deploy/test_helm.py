"""The chart: its values against its schema and its templates everywhere, and what it renders where helm is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.deploy.alerts import ALERTS
from tests.deploy.places import CHART, KUBERNETES, ROOT, documents, faults_of, read, seconds

VALUES: dict[str, Any] = read(CHART / "values.yaml")
SCHEMA: dict[str, Any] = read(CHART / "values.schema.json")
EXAMPLES = [each for each in sorted((CHART / "examples").glob("*.yaml")) if each.stem != "grafana-values"]
TEMPLATES = "\n".join(each.read_text(encoding="utf-8") for each in sorted((CHART / "templates").iterdir()))
DEFAULTS = {"server": {"listen": ":9464"}, "state": {"path": "/var/lib/provisioner/provisioner.db"}, "log": {"format": "json"}}

UMBRELLA = """
apiVersion: v1
kind: Pod
metadata: {name: grafana}
spec:
  containers:
    - {name: grafana, image: "grafana/grafana:12.4.0"}
    - {{ include "provisioner.container" (dict "root" .Subcharts.provisioner "sidecar" true) | nindent 6 | trim }}
  volumes:
    {{- include "provisioner.volumes" .Subcharts.provisioner | nindent 4 }}
"""


@pytest.fixture(scope="module")
def helm() -> str:
    found = shutil.which("helm")
    if found is None:
        pytest.skip("helm is not here")
    return found


def run(helm: str, *arguments: str | Path) -> str:
    done = subprocess.run([helm, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rendered(helm: str, chart: Path, *values: Path) -> dict[str, dict[str, Any]]:
    """What comes out, by `Kind/name`, installed as "x"."""
    files = [part for each in values for part in ("--values", each)]
    text = run(helm, "template", "x", chart, "--kube-version", "1.31", *files)
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in documents(text)}


def refused(values: object) -> list[str]:
    return [each.message for each in jsonschema.Draft7Validator(SCHEMA).iter_errors(values)]


def test_the_chart_is_of_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version == read(CHART / "Chart.yaml")["appVersion"]


def test_the_schema_takes_the_defaults_and_knows_each_of_them() -> None:
    assert refused(VALUES) == []
    assert VALUES.keys() - SCHEMA["properties"].keys() == set()


def test_the_schema_refuses_what_it_does_not_know() -> None:
    assert refused({**VALUES, "replicas": 2}) != []
    assert refused({**VALUES, "image": {**VALUES["image"], "digest": "latest"}}) != []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.stem)
def test_an_example_is_taken_by_the_schema_and_by_the_provisioner(example: Path, tmp_path: Path) -> None:
    values = read(example)
    assert refused({**VALUES, **values}) == []
    assert faults_of({**DEFAULTS, **values["config"]}, tmp_path) == []


def test_the_templates_use_no_value_that_is_not_stated() -> None:
    unknown = set()
    for path in re.findall(r"\.Values((?:\.[A-Za-z]+)+)", TEMPLATES):
        part: Any = VALUES
        for key in path.strip(".").split("."):
            if isinstance(part, dict) and part:
                unknown |= {path} if key not in part else set()
                part = part.get(key)
    assert unknown == set()


def test_every_value_is_used() -> None:
    inside = re.search(r'define "provisioner.container"(.*)', TEMPLATES, re.DOTALL)
    assert inside is not None
    assert [key for key in VALUES if f".Values.{key}" not in TEMPLATES and f" .{key}" not in inside[1]] == []


def test_the_defaults_are_as_careful_as_the_manifests() -> None:
    pod = read(KUBERNETES / "base" / "deployment.yaml")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert VALUES["podSecurityContext"] == pod["securityContext"]
    assert VALUES["securityContext"] == container["securityContext"]
    assert VALUES["resources"] == container["resources"]
    assert VALUES["terminationGracePeriodSeconds"] > 20


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.stem)
def test_helm_finds_nothing_wrong(helm: str, example: Path) -> None:
    assert "0 chart(s) failed" in run(helm, "lint", CHART, "--strict", "--kube-version", "1.31", "--values", example)


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.stem != "sidecar"], ids=lambda each: each.stem)
def test_what_is_rendered_fits_together(helm: str, example: Path, tmp_path: Path) -> None:
    found = rendered(helm, CHART, example)
    deployment = found["Deployment/x-provisioner"]["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    config = documents(found["ConfigMap/x-provisioner"]["data"]["config.yaml"])[0]
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    assert deployment["selector"]["matchLabels"].items() <= deployment["template"]["metadata"]["labels"].items()
    assert found["Service/x-provisioner"]["spec"]["selector"] == deployment["selector"]["matchLabels"]
    assert faults_of(config, tmp_path) == []
    assert pod["terminationGracePeriodSeconds"] > seconds(config.get("daemon", {}).get("stop_grace", "20s"))


def test_the_prometheus_operator_gets_the_alerts(helm: str) -> None:
    found = rendered(helm, CHART, CHART / "examples" / "hooks.yaml")
    assert found["PrometheusRule/x-provisioner"]["spec"] == read(ALERTS)
    assert found["ServiceMonitor/x-provisioner"]["metadata"]["labels"]["release"] == "prometheus"


def test_on_openshift_no_number_is_stated(helm: str) -> None:
    pod = rendered(helm, CHART, CHART / "examples" / "openshift.yaml")["Deployment/x-provisioner"]["spec"]["template"]["spec"]
    assert {"runAsUser", "runAsGroup", "fsGroup"} & {key for key, value in pod["securityContext"].items() if value is not None} == set()
    assert pod["securityContext"]["runAsNonRoot"] is True


def test_for_a_sidecar_there_is_what_it_mounts_and_no_deployment(helm: str) -> None:
    found = rendered(helm, CHART, CHART / "examples" / "sidecar.yaml")
    volumes = read(CHART / "examples" / "grafana-values.yaml")["extraContainerVolumes"]
    assert found.keys() == {"ConfigMap/provisioner", "PersistentVolumeClaim/provisioner-state"}
    assert {"provisioner", "provisioner-state"} == {
        name
        for each in volumes
        for name in [each.get("configMap", {}).get("name"), each.get("persistentVolumeClaim", {}).get("claimName")]
        if name
    }


def test_a_chart_above_it_takes_the_container_into_a_pod_of_its_own(helm: str, tmp_path: Path) -> None:
    shutil.copytree(CHART, tmp_path / "charts" / "provisioner")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "pod.yaml").write_text(UMBRELLA, encoding="utf-8")
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: above\nversion: 1.0.0\n", encoding="utf-8")
    (tmp_path / "values.yaml").write_text("provisioner:\n" + indented(CHART / "examples" / "sidecar.yaml"), encoding="utf-8")
    pod = rendered(helm, tmp_path)["Pod/grafana"]["spec"]
    container = pod["containers"][1]
    assert container["name"] == "provisioner"
    assert "readinessProbe" not in container
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


def test_without_sources_the_chart_says_what_to_state(helm: str) -> None:
    done = subprocess.run([helm, "template", "x", str(CHART), "--kube-version", "1.31"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "state config.sources and config.targets, or existingConfigMap" in done.stderr


def indented(file: Path) -> str:
    return "".join(f"  {line}\n" for line in file.read_text(encoding="utf-8").splitlines())
