"""Know the lines that a web page's machinery leaves in copied text."""

from __future__ import annotations

import re

_LINES = re.compile(
    r"""(?:
      table\ of\ contents?
    | (?:on|in)\ this\ (?:page|article)\s*:?
    | skip\ to\ (?:main\ )?content
    | leave\ a\ (?:reply|comment)\b.*
    | .*\bcancel\ reply
    | your\ email\ address\ will\ not\ be\ published\b.*
    | required\ fields\ are\ marked\b.*
    | save\ my\ name,\ email\b.*
    | (?:comment|name|email|website)\s*\*
    | post\ comment
    | (?:no|\d+)\ comments?
    | share\ (?:this|on|via)\b[^.!?]{0,30}
    | share\ this\ (?:article|post|story)\s*:?
    | (?:click\ to\ )?(?:share|print|tweet|email\ this)\s*:?
    | like\ this:?
    | loading\s?(?:\.{3}|…)
    | related\ (?:posts?|articles?|stories|reading)\s*:?
    | you\ (?:may|might)\ also\ like\s*:?
    | (?:read|see)\ (?:more|also)\s*:?
    | (?:previous|next)(?:\ (?:post|article|story|page)(?:\s*:.{0,120})?)?
    | previous\s*:.{0,120}
    | (?:←|«|‹)\s?(?:previous|older|back).{0,120}
    | (?:newer|next).{0,120}(?:→|»|›)
    | post\ navigation
    | advertisements?
    | sponsored(?:\ content)?
    | (?:subscribe|sign\ up)(?:\ (?:now|today))?[!.]?
    | (?:subscribe|sign\ up)\ (?:to|for)\ (?:our|the)\ (?:\w+\ ){0,2}newsletter[!.]?
    | (?:log|sign)\ in(?:\ to\ (?:comment|reply))?
    | back\ to\ top
    | (?:accept|reject|manage)\ (?:all\ )?cookies
    | follow\ us(?:\ on\b.{0,30})?\s*:?
    | (?:copyright\s)?(?:©|\(c\)|copyright\s\d{4}).*
    | all\ rights\ reserved\.?
    )\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_SHARE_TARGETS = re.compile(
    r"facebook|twitter|x|linkedin|whatsapp|pinterest|reddit|telegram|e-?mail|print", re.I
)
_CONTENTS = re.compile(
    r"(?:table of contents?|contents|(?:on|in) this (?:page|article))\s*:?\s*", re.IGNORECASE
)
# Longer lines are prose that happens to begin like one of these.
LONGEST_LINE = 160


def is_boilerplate(line: str) -> bool:
    """Whether a whole line is a page's machinery ("Leave a Reply", "Share this:"), not its article."""
    return len(line) <= LONGEST_LINE and _LINES.fullmatch(line) is not None


def is_share_target(line: str) -> bool:
    """Whether a line is only the name of a place to share on; machinery where it follows machinery."""
    return len(line) <= LONGEST_LINE and _SHARE_TARGETS.fullmatch(line) is not None


def opens_contents(line: str) -> bool:
    """Whether a line announces a table of contents."""
    return len(line) <= LONGEST_LINE and _CONTENTS.fullmatch(line) is not None
