"""The whole interface at random: every call ends in a result or in a Python exception.

tests/soak runs these under AddressSanitizer, in long.
"""

from __future__ import annotations

import collections
import gc
import os
import random
import sys
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from .random_program import ACTIONS, FUNCTIONS, LEFT_OUT, Program

pytest.importorskip("gi", reason="a random program copies Gst.Buffers, and needs PyGObject")

STEPS = int(os.environ.get("THALWEG_RANDOM_STEPS", "5000"))
STEPS_A_RUN = 100


@pytest.fixture(autouse=True)
def silent_hooks(needs_slots: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions of user metas raise here on purpose, which is reported there."""
    monkeypatch.setattr(sys, "unraisablehook", lambda report: None)


@pytest.fixture(autouse=True)
def short_collections() -> Iterator[None]:
    """The programs collect thousands of times; what earlier tests left is not looked at again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Metadata(RuleBasedStateMachine):
    """A random program whose numbers are Hypothesis's, which shrinks the ones that fail."""

    def __init__(self) -> None:
        super().__init__()
        self.program = Program(lambda n: 0)

    @rule(
        action=st.sampled_from(list(ACTIONS)), numbers=st.lists(st.integers(0, 2**16), max_size=60)
    )
    def act(self, action: str, numbers: list[int]) -> None:
        given = iter(numbers)
        self.program.choose = lambda n: next(given, 0) % n
        self.program.act(action)


TestMetadata = pytest.mark.usefixtures("silent_hooks", "short_collections")(Metadata.TestCase)
TestMetadata.settings = settings(
    max_examples=max(1, STEPS // STEPS_A_RUN),
    stateful_step_count=STEPS_A_RUN,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def run_steps(program: Program, steps: int) -> None:
    for _ in range(steps):
        program.step()


def test_one_program_for_long() -> None:
    """Things live longer here than in the machine, and most calls succeed."""
    numbers = random.Random(1)
    program = Program(numbers.randrange)
    run_steps(program, 20 * STEPS)
    done: collections.Counter[str] = program.succeeded
    assert sum(done.values()) > 10 * STEPS
    assert all(done[action] > 0 for action in ACTIONS), done
    called = {name for name in FUNCTIONS if program.called[name]}
    assert called == set(FUNCTIONS), f"never called: {set(FUNCTIONS) - called}"
    assert not called & set(LEFT_OUT)
    program.things.clear()
    gc.collect()


def test_four_threads_at_random() -> None:
    """Four programs share their things: what one frees, the others still have."""
    things: list[Any] = []
    programs = [Program(random.Random(seed).randrange, things) for seed in range(4)]
    failures: list[str] = []

    def run(program: Program) -> None:
        try:
            run_steps(program, 2 * STEPS)
        except BaseException:
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=run, args=[program]) for program in programs]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
    finally:
        sys.setswitchinterval(interval)
    assert not failures, "\n".join(failures)
    assert not any(thread.is_alive() for thread in threads)
    assert all(sum(program.succeeded.values()) > STEPS // 2 for program in programs)
