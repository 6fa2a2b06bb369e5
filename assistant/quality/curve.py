"""Wrong answers against wrong refusals over the threshold, and the curve as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.quality.run import Result, Run

STEPS = 100


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold would have made of a run: counts of questions, as the four verdicts.

    The assistant's own answers are counted, those that an editor settled as if they had not been.
    """

    answered_from: float
    answered_rightly: int
    answered_wrongly: int
    refused_wrongly: int
    refused_rightly: int


def trace_curve(run: Run) -> tuple[Point, ...]:
    """The points for thresholds 0.00, 0.01, … 1.00."""
    return tuple(place_threshold(run.results, step / STEPS) for step in range(STEPS + 1))


def place_threshold(results: Sequence[Result], answered_from: float) -> Point:
    """One point of the curve."""
    shown = [result for result in results if result.hits and result.confidence >= answered_from]
    right = sum(result.answerable and result.held for result in shown)
    answerable = sum(result.answerable for result in results)
    shown_answerable = sum(result.answerable for result in shown)
    return Point(
        answered_from=answered_from,
        answered_rightly=right,
        answered_wrongly=len(shown) - right,
        refused_wrongly=answerable - shown_answerable,
        refused_rightly=len(results) - answerable - (len(shown) - shown_answerable),
    )


def draw_curve(points: Sequence[Point], marked: float) -> str:
    """An SVG picture: wrong answers to the right, wrong refusals upwards, the threshold in force as a dot."""
    width, height, left, bottom, top, right = 560, 330, 58, 52, 14, 18
    most_wrong = max(1, *(point.answered_wrongly for point in points))
    most_refused = max(1, *(point.refused_wrongly for point in points))

    def place(point: Point) -> tuple[float, float]:
        x = left + (width - left - right) * point.answered_wrongly / most_wrong
        y = height - bottom - (height - bottom - top) * point.refused_wrongly / most_refused
        return round(x, 1), round(y, 1)

    path = " ".join(f"{x},{y}" for x, y in dict.fromkeys(map(place, points)))
    here = min(points, key=lambda point: abs(point.answered_from - marked))
    x, y = place(here)
    anchor, shift = ("end", -12) if x > width / 2 else ("start", 12)
    ticks = "".join(
        f'<text x="{left + (width - left - right) * share}" y="{height - bottom + 18}" '
        f'text-anchor="middle">{round(most_wrong * share)}</text>'
        f'<text x="{left - 9}" y="{height - bottom - (height - bottom - top) * share + 4}" '
        f'text-anchor="end">{round(most_refused * share)}</text>'
        for share in (0.0, 0.5, 1.0)
    )
    return (
        f'<svg class="curve" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="12" '
        f'fill="currentColor" aria-label="Wrong answers against wrong refusals; at {here.answered_from:.2f}: '
        f'{here.answered_wrongly} wrong answers, {here.refused_wrongly} wrong refusals">'
        f'<path d="M{left},{top} V{height - bottom} H{width - right}" fill="none" stroke="currentColor" '
        f'stroke-opacity=".35"/>{ticks}'
        f'<text x="{(left + width - right) / 2}" y="{height - 12}" text-anchor="middle">wrong answers shown</text>'
        f'<text transform="translate(15 {(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">'
        f"refused though it is there</text>"
        f'<polyline points="{path}" fill="none" stroke="var(--accent, #7a1f2b)" stroke-width="2.5" '
        f'stroke-linejoin="round"/>'
        f'<circle cx="{x}" cy="{y}" r="6.5" fill="var(--accent, #7a1f2b)"/>'
        f'<text x="{x + shift}" y="{max(y - 10, 12)}" text-anchor="{anchor}" font-weight="700">'
        f"{here.answered_from:.2f}</text></svg>"
    )
