"""The Kustomize files: that each names what exists, and what comes out when a kustomize is there to build them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.alerts import ALERTS, wanted
from tests.deploy.places import CHART, KUBERNETES, documents, faults, read, seconds, texts

FOLDERS = sorted(each.parent for each in KUBERNETES.rglob("kustomization.yaml"))
OVERLAYS = sorted((KUBERNETES / "overlays").iterdir())
CONFIGS = sorted(KUBERNETES.rglob("config.yaml"))
DEPLOYMENT: dict[str, Any] = read(KUBERNETES / "base" / "deployment.yaml")
POD: dict[str, Any] = DEPLOYMENT["spec"]["template"]["spec"]
SIDECAR: dict[str, Any] = read(KUBERNETES / "components" / "sidecar" / "patch.yaml")["spec"]["template"]["spec"]
PODS = {"base": POD, "sidecar": SIDECAR}


def name(folder: Path) -> str:
    return folder.relative_to(KUBERNETES).as_posix()


def ours(pod: dict[str, Any]) -> dict[str, Any]:
    (found,) = (each for each in pod["containers"] if each["name"] == "provisioner")
    result: dict[str, Any] = found
    return result


def named(kustomization: dict[str, Any]) -> Iterator[str]:
    """Every path that a kustomization names."""
    yield from kustomization.get("resources", [])
    yield from kustomization.get("components", [])
    yield from (each["path"] for each in kustomization.get("patches", []))
    yield from (file for each in kustomization.get("configMapGenerator", []) for file in each["files"])


@pytest.fixture(scope="module")
def kustomize() -> list[str]:
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    pytest.skip("neither kustomize nor kubectl is here")


def built(kustomize: list[str], folder: Path) -> dict[str, dict[str, Any]]:
    """What comes out, by `Kind/name`."""
    done = subprocess.run([*kustomize, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in documents(done.stdout)}


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_what_a_kustomization_names_is_there(folder: Path) -> None:
    assert [each for each in named(read(folder / "kustomization.yaml")) if not (folder / each).exists()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_every_manifest_is_named(folder: Path) -> None:
    stated = {Path(each).name for each in named(read(folder / "kustomization.yaml"))}
    assert {each.name for each in folder.iterdir() if each.is_file()} - stated == {"kustomization.yaml"}


@pytest.mark.parametrize("config", CONFIGS, ids=lambda each: name(each.parent))
def test_a_configuration_has_no_fault(config: Path) -> None:
    assert faults(config) == []


@pytest.mark.parametrize("config", CONFIGS, ids=lambda each: name(each.parent))
def test_a_configuration_looks_where_the_pod_has_it(config: Path) -> None:
    mounted = {each["mountPath"] for each in ours(POD)["volumeMounts"]} | {"/dashboards"}
    paths = [each for each in texts(read(config)) if each.startswith("/")]
    assert [each for each in paths if not any(each == place or each.startswith(f"{place}/") for place in mounted)] == []


@pytest.mark.parametrize("pod", PODS)
def test_every_mount_has_its_volume_and_every_volume_its_mount(pod: str) -> None:
    mounted = {each["name"] for each in ours(PODS[pod])["volumeMounts"]}
    assert mounted == {each["name"] for each in PODS[pod]["volumes"]}


@pytest.mark.parametrize("pod", PODS)
def test_the_container_meets_the_restricted_standard(pod: str) -> None:
    about = {**PODS[pod].get("securityContext", {}), **ours(PODS[pod])["securityContext"]}
    assert about["runAsNonRoot"] is True
    assert about["runAsUser"] == 65532
    assert about["readOnlyRootFilesystem"] is True
    assert about["allowPrivilegeEscalation"] is False
    assert about["capabilities"] == {"drop": ["ALL"]}
    assert about["seccompProfile"] == {"type": "RuntimeDefault"}


@pytest.mark.parametrize("pod", PODS)
def test_the_pod_waits_longer_than_the_daemon(pod: str) -> None:
    folder = KUBERNETES / ("base" if pod == "base" else "components/sidecar")
    assert PODS[pod]["terminationGracePeriodSeconds"] > seconds(read(folder / "config.yaml")["daemon"]["stop_grace"])


def test_two_of_them_never_share_the_state() -> None:
    assert (DEPLOYMENT["spec"]["replicas"], DEPLOYMENT["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_it_holds_no_token_of_the_cluster() -> None:
    assert POD["automountServiceAccountToken"] is False
    assert read(KUBERNETES / "base" / "serviceaccount.yaml")["automountServiceAccountToken"] is False


def test_a_sidecar_never_takes_grafana_out_of_service() -> None:
    assert "readinessProbe" in ours(POD)
    assert "readinessProbe" not in ours(SIDECAR)


def test_hooks_reach_a_pod_that_is_not_ready() -> None:
    assert read(KUBERNETES / "base" / "service.yaml")["spec"]["publishNotReadyAddresses"] is True


def test_the_sidecar_of_the_charts_values_is_the_one_here() -> None:
    values = read(CHART / "examples" / "grafana-values.yaml")
    (other,) = yaml.safe_load(values["extraContainers"])
    tagged = {**ours(SIDECAR), "image": other["image"]}
    assert other == tagged
    assert values["extraContainerVolumes"] == SIDECAR["volumes"]


@pytest.mark.parametrize("overlay", OVERLAYS, ids=name)
def test_an_overlay_builds(kustomize: list[str], overlay: Path) -> None:
    found = built(kustomize, overlay)
    assert {"ConfigMap/provisioner", "PersistentVolumeClaim/provisioner-state"} <= found.keys()


def test_what_base_selects_is_the_pod_of_base(kustomize: list[str]) -> None:
    found = built(kustomize, KUBERNETES / "base")
    labels = found["Deployment/provisioner"]["spec"]["template"]["metadata"]["labels"]
    assert labels
    assert found["Deployment/provisioner"]["spec"]["selector"]["matchLabels"] == labels
    assert found["Service/provisioner"]["spec"]["selector"] == labels
    assert found["NetworkPolicy/provisioner"]["spec"]["podSelector"]["matchLabels"] == labels


def test_the_sidecar_joins_grafana_and_leaves_it_as_it_is(kustomize: list[str]) -> None:
    overlay = KUBERNETES / "overlays" / "sidecar"
    before = documents((overlay / "grafana.yaml").read_text(encoding="utf-8"))[0]["spec"]["template"]["spec"]
    after = built(kustomize, overlay)["Deployment/grafana"]["spec"]["template"]["spec"]
    assert {each["name"] for each in after["containers"]} == {"grafana", "provisioner"}
    assert before["containers"][0] in after["containers"]
    assert before["securityContext"] == after["securityContext"]


def test_a_configmap_is_watched_where_the_configuration_looks(kustomize: list[str]) -> None:
    overlay = KUBERNETES / "overlays" / "configmap-watch"
    found = built(kustomize, overlay)
    config = documents(found["ConfigMap/provisioner"]["data"]["config.yaml"])[0]
    pod = found["Deployment/provisioner"]["spec"]["template"]["spec"]
    (place,) = [each["mountPath"] for each in ours(pod)["volumeMounts"] if each["name"] == "dashboards"]
    assert config["sources"] == {"cluster": {"directory": {"path": place}}}
    assert [each for each in ours(pod)["volumeMounts"] if "subPath" in each] == []
    assert set(found["ConfigMap/dashboards"]["data"]) == {"hello.json"}


@pytest.mark.parametrize("place", wanted(), ids=lambda each: each.name)
def test_the_alerts_are_those_of_the_monitoring(place: Path) -> None:
    assert place.read_text(encoding="utf-8") == wanted()[place], "run: python -m tests.deploy.alerts"


def test_the_prometheus_operator_gets_the_alerts_and_the_port(kustomize: list[str]) -> None:
    found = built(kustomize, KUBERNETES / "overlays" / "monitoring")
    assert found["PrometheusRule/provisioner"]["spec"] == read(ALERTS)
    scraped = found["ServiceMonitor/provisioner"]["spec"]
    service = found["Service/provisioner"]
    assert scraped["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert {each["port"] for each in scraped["endpoints"]} <= {each["name"] for each in service["spec"]["ports"]}
