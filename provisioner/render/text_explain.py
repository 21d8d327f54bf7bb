"""What is known of one dashboard, and what differs, as text: for `explain` and `diff`.

In: `Explanation`s, or what was not found. Out: lines; the first of each is the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.core.explain import Explanation, NotFound, Verdict
from provisioner.render import answer_words, words
from provisioner.render.lines import BAD, BLANK, DIM, DOUBT, GAP, GOOD, STRONG, Line, line
from provisioner.render.options import Options
from provisioner.render.raw import raw_diff
from provisioner.render.runnable import runnable, steps
from provisioner.render.text_problems import problem_lines

Answers = Sequence[Explanation | NotFound]

_LABEL = 8
_STYLES = {Verdict.CONFLICT: BAD, Verdict.KEPT_BACK: BAD, Verdict.IN_SYNC: GOOD, Verdict.ADOPT: GOOD}


def explanation_lines(answers: Answers, options: Options) -> Iterator[Line]:
    """Every fact that the decision rests on, target by target."""
    for each in answers:
        yield BLANK
        if isinstance(each, NotFound):
            yield from _not_found(each, options)
            continue
        yield _headline(each, answer_words.verdict(each))
        if each.facts.live is not None and each.facts.live.url:
            yield line((each.facts.live.url, DIM), indent=2)
        yield BLANK
        mine = options.at(each.facts.target) if len(answers) > 1 else options
        for label, told in answer_words.facts(each, verbose=options.verbose):
            yield from _labelled(label, _told(label, told, mine))
        yield BLANK
        yield from problem_lines(each.facts.problems, verbose=True)


def _told(label: str, told: Sequence[str], options: Options) -> list[str]:
    match label:
        case "do":
            return [step for each in told for step in steps(each, options)]
        case "kept":
            return [runnable(each, options) for each in told]
        case _:
            return list(told)


def diff_lines(answers: Answers, options: Options) -> Iterator[Line]:
    """What differs between git, base and live, target by target."""
    for each in answers:
        yield BLANK
        if isinstance(each, NotFound):
            yield from _not_found(each, options)
            continue
        yield _headline(each, answer_words.compared(each))
        yield BLANK
        for label, told in answer_words.places(each):
            yield from _labelled(label, told)
        yield BLANK
        for title, found in answer_words.three(each):
            yield line((title, STRONG), indent=2, hang=2)
            for sentence in words.differences(found, verbose=options.verbose) or [answer_words.NOTHING]:
                yield line(sentence, indent=4, hang=2)
        yield BLANK
        yield from problem_lines(each.facts.problems, verbose=True)


def raw_lines(answers: Answers, options: Options) -> Iterator[Line]:
    """The unified diff from live to git, and nothing else but what was not found."""
    for each in answers:
        if isinstance(each, NotFound):
            yield from _not_found(each, options)
            continue
        bodies = each.facts.bodies
        for text in raw_diff(bodies.live, bodies.git, answer_words.raw_names(each)):
            yield line((text, _raw_style(text)), hang=None)


def _raw_style(text: str) -> str:
    """As git colours a diff."""
    if text.startswith(("---", "+++")):
        return STRONG
    return {"+": "green", "-": "red", "@": "cyan"}.get(text[:1], "")


def _headline(each: Explanation, told: str) -> Line:
    return line((f"{each.facts.uid} on {each.facts.target}", STRONG), GAP, (told, _STYLES.get(each.verdict, DOUBT)))


def _labelled(label: str, told: Sequence[str]) -> Iterator[Line]:
    """The first behind the label; what belongs to it below, a little further in."""
    for at, text in enumerate(told):
        yield line((f"{'' if at else label:<{_LABEL}}", DIM), text, indent=2, hang=_LABEL)


def _not_found(each: NotFound, options: Options) -> Iterator[Line]:
    yield line((f"{each.asked} on {each.target}", STRONG), GAP, ("not found", BAD))
    yield line(each.message, indent=2, hang=2)
    for at, name in enumerate(each.nearest):
        yield line((f"{'' if at else 'perhaps':<{_LABEL}}", DIM), name, indent=2, hang=_LABEL)
    yield BLANK
    yield from problem_lines(each.problems, verbose=options.verbose)
