"""An embedded server that answers as Grafana of a chosen generation, for the demo, the tests and those who want to try.

In: `SandboxSettings`. Out: a server on this machine. It is held to real servers by tests/sandbox/test_contract.py; it
is no Grafana: it draws nothing and guards nothing.
"""

from __future__ import annotations

from provisioner.sandbox.faults import FaultControl, Faults
from provisioner.sandbox.generation import Generation
from provisioner.sandbox.generations import GENERATIONS
from provisioner.sandbox.recorder import Recorded, Recorder
from provisioner.sandbox.serve import Running, running, serve_forever
from provisioner.sandbox.settings import (
    TEST_DATA,
    DataSource,
    Person,
    ProvisionedFile,
    Role,
    SandboxSettings,
    SandboxUnusable,
)

__all__ = [
    "GENERATIONS",
    "TEST_DATA",
    "DataSource",
    "FaultControl",
    "Faults",
    "Generation",
    "Person",
    "ProvisionedFile",
    "Recorded",
    "Recorder",
    "Role",
    "Running",
    "SandboxSettings",
    "SandboxUnusable",
    "running",
    "serve_forever",
]
