"""What the tabs have in common, as HTML: buttons, notices, quotes, scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.web.markup import escape


def render_button(label: str, to: str, value: str, look: str = "quiet", ask: str = "") -> str:
    """A button that hands `value` to the hidden box `to`; with `ask`, only after that question is answered yes."""
    confirm = f' data-confirm="{escape(ask)}"' if ask else ""
    return (
        f'<button type="button" class="{look}" data-to="{to}" data-value="{escape(value)}"{confirm}>'
        f"{escape(label)}</button>"
    )


def render_notice(text: str, look: str = "good") -> str:
    """A sentence that says what was done ("good") or why it was not ("bad"); nothing for an empty text."""
    role = "alert" if look == "bad" else "status"
    return f'<p class="notice {look}" role="{role}">{escape(text)}</p>' if text else ""


def render_empty(text: str) -> str:
    return f'<p class="empty">{escape(text)}</p>'


def tell_day(time: str) -> str:
    """ "2026-03-01T09:30:00.000+00:00" -> "2026-03-01 09:30"; always UTC."""
    return time[:16].replace("T", " ")


def render_quote(text: str, section: str = "") -> str:
    place = f"<figcaption>{escape(section)}</figcaption>" if section else ""
    return f"<figure class='said'><blockquote>{escape(text)}</blockquote>{place}</figure>"


def render_table(header: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> str:
    """A table whose cells are HTML already; it scrolls by itself where the page is narrow."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def tell_number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def count_things(number: int, one: str, several: str = "") -> str:
    """(1, "question") -> "1 question"; (2, "question") -> "2 questions"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def tell_outcome_plainly(outcome: str) -> str:
    return {"answered": "answered", "nearest": "not answered", "off_topic": "off topic"}.get(outcome, outcome)


def tell_vote(vote: int) -> str:
    return {1: "voted up", 0: "", -1: "voted down"}[vote]
