"""The model test for as long as somebody has: `python -m tests.model.soak --steps 20000 --seed 7`.

Counts the steps, goes on after a failure with other seeds, and shows each failure as the shortest sequence that hypothesis found for it.
Ends with 1 when there was one.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from provisioner.core.report import PassReport
from tests.model.test_model import TownMachine
from tests.model.town import Run

_EXAMPLES_AT_ONCE = 10


def _counting(generation: int, counted: Counter[str]) -> type[TownMachine]:
    """The machine for one generation, which counts into `counted`."""
    stated = generation

    class Counting(TownMachine):
        generation = stated

        @invariant()
        def count(self) -> None:
            counted["steps"] += 1

        def _pass(self, run: Run) -> PassReport | None:
            report = super()._pass(run)
            counted["passes that died" if report is None else "passes"] += 1
            return report

    return Counting


def soak(steps: int, first_seed: int, *, shrink: bool) -> int:
    """Runs until so many steps are done; says how many failures there were."""
    counted: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    began, number = time.monotonic(), first_seed
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    stated = settings(
        max_examples=_EXAMPLES_AT_ONCE,
        stateful_step_count=50,
        deadline=None,
        database=None,
        derandomize=False,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    while counted["steps"] < steps:
        for generation in (9, 12):
            machine = seed(number)(_counting(generation, counted))
            try:
                run_state_machine_as_test(machine, settings=stated)
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is what was looked for
                words = [*str(failure).splitlines(), ""][0]
                title = f"generation {generation}, seed {number}: {type(failure).__name__}: {words}"
                failures[title] += 1
                _say(f"FAILED {title}")
                _say("".join(traceback.format_exception(failure)))
        number += 1
    seconds = time.monotonic() - began
    _say(f"{counted['steps']} steps, {counted['passes']} passes, {counted['passes that died']} that died, in {seconds:.0f} s")
    _say(f"{failures.total()} failures (seeds {first_seed} to {number - 1})")
    for title in failures:
        _say(f"  {title}")
    return failures.total()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.model.soak", description=__doc__)
    asked.add_argument("--steps", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--no-shrink", action="store_true", help="show a failure as it was found: quicker, and longer to read")
    stated = asked.parse_args()
    return 1 if soak(stated.steps, stated.seed, shrink=not stated.no_shrink) else 0


if __name__ == "__main__":
    sys.exit(main())
