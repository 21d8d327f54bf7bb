"""The demo: the main job on an embedded server, told step by step, each step held to what it promises.

In: a stream, the environment. Out: what a person reads, and an exit code: 0 only when every step did what it says. The work is done by the
same rooms as everywhere;
only the repository, the server and the colleague who edits by hand are made here.
"""

from provisioner.demo.story import run_demo

__all__ = ["run_demo"]
